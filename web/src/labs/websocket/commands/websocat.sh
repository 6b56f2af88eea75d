echo Hello | websocat --origin http://localhost:3000 ws://localhost:3000/ws/echo
