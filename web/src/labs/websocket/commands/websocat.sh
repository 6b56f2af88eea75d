echo Hello | websocat -n1 --origin http://localhost:3000 ws://localhost:3000/ws/echo
