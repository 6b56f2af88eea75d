//! Runs that once broke something, or would break a protocol that is a little less careful.

use playground_core::sim::{Cluster, ClusterEvent, Machine, Network, NodeId, Rng, Span, Time};
use playground_core::two_phase_commit::{
    Branch, COORDINATOR, Command, CoordinatorConfig, Event, Flaw, Good, Message, NodeConfig,
    Outcome, Participant, ParticipantConfig, Patience, Stock, Timer, TransactionId, TwoPhaseNode,
    Vote, Work,
};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const INVENTORY: NodeId = NodeId(1);
const DELIVERY: NodeId = NodeId(2);
const NEVER: Span = Span(1 << 50);

fn tx(number: u32) -> TransactionId {
    TransactionId { epoch: 1, number }
}

/// A coordinator and two participants on whom nothing happens by itself.
struct ByHand(Cluster<TwoPhaseNode>);

impl ByHand {
    fn new() -> Self {
        let patience = Patience { vote: NEVER, resend: NEVER, inquire: NEVER, longest: NEVER };
        let flaw = Flaw::None;
        let coordinator = CoordinatorConfig { patience, flaw, keeps_history: false };
        let participant = |good, count| {
            let stock = Stock::of(&[(good, count)]);
            NodeConfig::Participant(ParticipantConfig {
                coordinator: COORDINATOR,
                stock,
                patience,
                flaw,
            })
        };
        let configs = [
            NodeConfig::Coordinator(coordinator),
            participant(Good::Pizza, 3),
            participant(Good::Courier, 2),
        ];
        let mut cluster = Cluster::new(configs, Network::reliable(NEVER, NEVER), Rng::new(1));
        (0..3).for_each(|_| drop(cluster.step()));
        ByHand(cluster)
    }

    fn order(&mut self, number: u32, pizzas: u32) {
        let take = |node, good, quantity| Branch { node, work: Work::Take { good, quantity } };
        let branches = vec![take(INVENTORY, Good::Pizza, pizzas), take(DELIVERY, Good::Courier, 1)];
        let request = u64::from(number);
        self.0.command(Time::ZERO, COORDINATOR, Command::Submit { request, branches });
    }

    /// Lets the first message under way arrive that goes this way about this transaction.
    fn deliver(
        &mut self,
        from: NodeId,
        to: NodeId,
        number: u32,
    ) -> Vec<ClusterEvent<TwoPhaseNode>> {
        let flight = self.flight(from, to, number).expect("there is such a message");
        self.0.deliver_now(Time::ZERO, flight)
    }

    fn lose(&mut self, from: NodeId, to: NodeId, number: u32) {
        let flight = self.flight(from, to, number).expect("there is such a message");
        self.0.drop_message(Time::ZERO, flight);
    }

    fn flight(&self, from: NodeId, to: NodeId, number: u32) -> Option<u64> {
        let mut flights = self.0.flights().map(|(_, flight)| flight);
        let is_it = |it: &&playground_core::sim::Flight<Message>| {
            (it.from, it.to, it.message.tx()) == (from, to, tx(number))
        };
        flights.find(is_it).map(|flight| flight.id)
    }

    fn fire(&mut self, node: NodeId, timer: Timer) {
        assert!(!self.0.fire_now(Time::ZERO, node, timer).is_empty(), "{timer:?} is set");
    }

    fn resolve(&mut self, node: NodeId, number: u32, outcome: Outcome) {
        self.0.command(Time::ZERO, node, Command::Resolve { tx: tx(number), outcome });
    }

    fn restart(&mut self, node: NodeId) {
        self.0.crash(Time::ZERO, node);
        self.0.restart(Time::ZERO, node);
    }

    fn participant(&self, node: NodeId) -> &Participant {
        let node = &self.0.nodes()[usize::from(node.0)];
        node.machine().and_then(TwoPhaseNode::participant).expect("it is up")
    }

    fn outcome(&self, node: NodeId, number: u32) -> Option<Outcome> {
        self.participant(node).outcomes().get(&tx(number)).copied()
    }
}

#[test]
fn a_no_that_a_peer_has_heard_of_is_not_forgotten() {
    let mut cluster = ByHand::new();
    // While the first order holds all pizzas, the inventory votes no on the second; the vote is lost.
    cluster.order(1, 3);
    cluster.deliver(COORDINATOR, INVENTORY, 1);
    cluster.order(2, 1);
    cluster.deliver(COORDINATOR, INVENTORY, 2);
    cluster.lose(INVENTORY, COORDINATOR, 2);
    cluster.deliver(COORDINATOR, DELIVERY, 2);
    cluster.deliver(DELIVERY, COORDINATOR, 2);
    // The first order is aborted. Delivery asks about the second, and the inventory tells it.
    cluster.fire(COORDINATOR, Timer::Vote(tx(1)));
    cluster.deliver(INVENTORY, COORDINATOR, 1);
    cluster.deliver(COORDINATOR, INVENTORY, 1);
    cluster.fire(DELIVERY, Timer::Inquire(tx(2)));
    cluster.deliver(DELIVERY, INVENTORY, 2);
    cluster.deliver(INVENTORY, DELIVERY, 2);
    assert_eq!(cluster.outcome(DELIVERY, 2), Some(Outcome::Aborted));
    // The inventory dies, and asks about the first order if it has forgotten how that ended.
    cluster.restart(INVENTORY);
    if cluster.flight(INVENTORY, COORDINATOR, 1).is_some() {
        cluster.deliver(INVENTORY, COORDINATOR, 1);
        cluster.deliver(COORDINATOR, INVENTORY, 1);
    }
    assert_eq!(cluster.participant(INVENTORY).free().count(Good::Pizza), 3);
    // All pizzas are free, and the coordinator asks once more about the second order.
    cluster.fire(COORDINATOR, Timer::Resend(tx(2)));
    cluster.deliver(COORDINATOR, INVENTORY, 2);
    cluster.deliver(INVENTORY, COORDINATOR, 2);
    assert_eq!(cluster.outcome(INVENTORY, 2), Some(Outcome::Aborted), "as it has said");
    assert!(cluster.participant(INVENTORY).doubts().is_empty());
}

#[test]
fn a_checkpoint_makes_no_goods() {
    let mut cluster = ByHand::new();
    // An operator gives up on three pizzas, which are then promised to somebody else.
    cluster.order(1, 3);
    cluster.deliver(COORDINATOR, INVENTORY, 1);
    cluster.resolve(INVENTORY, 1, Outcome::Aborted);
    cluster.order(2, 3);
    cluster.deliver(COORDINATOR, INVENTORY, 2);
    let node = &cluster.0.nodes()[1];
    let checkpoint = node.machine().and_then(Machine::checkpoint).expect("participants have one");
    for log in [node.log(), &checkpoint] {
        let machine = TwoPhaseNode::recover(node.config(), log);
        let recovered = machine.participant().expect("the same role");
        assert_eq!(recovered.free().count(Good::Pizza), 0);
        assert_eq!(recovered.held().count(Good::Pizza), 3);
        assert_eq!(recovered.doubts()[&tx(1)].took, Some(Outcome::Aborted));
    }
}

#[test]
fn damage_is_told_as_often_as_it_takes() {
    let mut cluster = ByHand::new();
    cluster.order(1, 1);
    for node in [INVENTORY, DELIVERY] {
        cluster.deliver(COORDINATOR, node, 1);
        cluster.deliver(node, COORDINATOR, 1);
    }
    cluster.resolve(DELIVERY, 1, Outcome::Aborted);
    cluster.deliver(COORDINATOR, DELIVERY, 1);
    // The acknowledgement that says so is lost, and delivery is restarted from a shortened log.
    cluster.lose(DELIVERY, COORDINATOR, 1);
    cluster.restart(DELIVERY);
    assert_eq!(cluster.participant(DELIVERY).effect(tx(1)), Some(Outcome::Aborted));
    cluster.fire(COORDINATOR, Timer::Resend(tx(1)));
    cluster.deliver(COORDINATOR, DELIVERY, 1);
    let events = cluster.deliver(DELIVERY, COORDINATOR, 1);
    let (took, decided) = (Outcome::Aborted, Outcome::Committed);
    let damaged = ClusterEvent::Reported(COORDINATOR, Event::Damaged { tx: tx(1), took, decided });
    assert!(events.contains(&damaged), "{events:?}");
}

#[test]
fn who_has_been_made_to_abort_does_not_vote_yes_again() {
    let mut cluster = ByHand::new();
    cluster.order(1, 1);
    cluster.deliver(COORDINATOR, DELIVERY, 1);
    cluster.lose(DELIVERY, COORDINATOR, 1);
    cluster.resolve(DELIVERY, 1, Outcome::Aborted);
    cluster.fire(COORDINATOR, Timer::Resend(tx(1)));
    cluster.deliver(COORDINATOR, DELIVERY, 1);
    cluster.deliver(COORDINATOR, INVENTORY, 1);
    cluster.deliver(INVENTORY, COORDINATOR, 1);
    cluster.deliver(DELIVERY, COORDINATOR, 1);
    // The second copy of the request, and then the decision.
    cluster.deliver(COORDINATOR, INVENTORY, 1);
    cluster.deliver(COORDINATOR, INVENTORY, 1);
    assert_eq!(cluster.outcome(INVENTORY, 1), Some(Outcome::Aborted), "no damage is done");
}

#[test]
fn only_who_was_asked_can_conclude() {
    let mut cluster = ByHand::new();
    let work = Work::Take { good: Good::Pizza, quantity: 1 };
    let branches = vec![Branch { node: INVENTORY, work }];
    cluster.0.command(Time::ZERO, COORDINATOR, Command::Submit { request: 1, branches });
    let config = cluster.0.nodes()[0].config();
    let mut machine = cluster.0.nodes()[0].machine().expect("it is up").clone();
    let before = machine.clone();
    let message = Message::Concluded { tx: tx(1), outcome: Outcome::Aborted, reason: None };
    let mut out = playground_core::sim::Outbox::default();
    let input = playground_core::sim::Input::Message { from: DELIVERY, message };
    machine.handle(Time::ZERO, input, &mut out);
    assert_eq!(machine, before, "{config:?}");
    assert!(out.into_outputs().is_empty());
}

#[test]
fn who_only_looks_remembers_nothing() {
    let mut cluster = ByHand::new();
    let work = Work::Look { good: Good::Burger };
    let branch = |node| Branch { node, work };
    let branches = vec![branch(INVENTORY), branch(DELIVERY)];
    cluster.0.command(Time::ZERO, COORDINATOR, Command::Submit { request: 1, branches });
    let events = cluster.deliver(COORDINATOR, INVENTORY, 1);
    let says_no = events.iter().any(|event| {
        matches!(event, ClusterEvent::Reported(_, Event::Voted { vote: Vote::No(_), .. }))
    });
    assert!(says_no, "{events:?}");
    assert!(cluster.participant(INVENTORY).outcomes().is_empty());
}
