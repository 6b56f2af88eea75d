//! The command line: what is understood, and what is said about the rest.

use playground_core::blocking_queue::console::{Command, CommandError};
use playground_core::blocking_queue::lab::{Action, MOST_CAPACITY, MOST_LABEL};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn parse(line: &str) -> Result<Command, CommandError> {
    line.parse()
}

fn enqueue(label: &str) -> Command {
    Command::Enqueue { label: label.to_owned() }
}

#[test]
fn the_classical_commands_are_understood() {
    assert_eq!(parse("enqueue tea"), Ok(enqueue("tea")));
    assert_eq!(parse("  ENQUEUE \t two words  "), Ok(enqueue("two words")));
    assert_eq!(parse("put 42"), Ok(enqueue("42")));
    for line in ["dequeue", "deq", "take", "Dequeue "] {
        assert_eq!(parse(line), Ok(Command::Dequeue), "{line}");
    }
    assert_eq!((parse("size"), parse("len")), (Ok(Command::Size), Ok(Command::Size)));
    assert_eq!(parse("peek"), Ok(Command::Peek));
    assert_eq!(parse("capacity 5"), Ok(Command::Capacity { capacity: 5 }));
    assert_eq!(parse("close"), Ok(Command::Close));
    assert_eq!((parse("help"), parse("?")), (Ok(Command::Help), Ok(Command::Help)));
}

#[test]
fn what_is_not_understood_is_said_in_words() {
    for (line, words) in [
        ("", "type a command, or help"),
        (" \t ", "type a command, or help"),
        ("push tea", "there is no command \"push\": try help"),
        ("enqueue", "enqueue needs an item: enqueue tea"),
        ("enqueue  ", "enqueue needs an item: enqueue tea"),
        ("capacity", "capacity needs a number: capacity 5"),
        ("capacity 0", "a capacity is a whole number from 1 to 64"),
        ("capacity 65", "a capacity is a whole number from 1 to 64"),
        ("capacity -1", "a capacity is a whole number from 1 to 64"),
        ("capacity 99999999999", "a capacity is a whole number from 1 to 64"),
        ("capacity five", "a capacity is a whole number from 1 to 64"),
        ("dequeue tea", "dequeue takes nothing behind it"),
        ("size 3", "size takes nothing behind it"),
        ("help me", "help takes nothing behind it"),
    ] {
        let error = parse(line).expect_err(line);
        assert_eq!(error.to_string(), words, "{line:?}");
    }
    let (fits, too_long) = ("ü".repeat(MOST_LABEL), "ü".repeat(MOST_LABEL + 1));
    assert_eq!(parse(&format!("enqueue {fits}")), Ok(enqueue(&fits)));
    assert_eq!(parse(&format!("enqueue {too_long}")), Err(CommandError::TooLong));
    assert_eq!(MOST_CAPACITY, 64);
}

#[test]
fn what_is_written_is_read_again_and_help_names_all_of_it() {
    let all = [
        enqueue("x"),
        Command::Dequeue,
        Command::Peek,
        Command::Size,
        Command::Capacity { capacity: 7 },
        Command::Close,
        Command::Help,
    ];
    for (command, (usage, _)) in all.iter().zip(Command::HELP) {
        assert_eq!(parse(&command.to_string()).as_ref(), Ok(command));
        let first = |text: &str| text.split(' ').next().map(str::to_owned);
        assert_eq!(first(usage), first(&command.to_string()));
    }
    assert_eq!(all.len(), Command::HELP.len());
}

#[test]
fn a_command_is_an_action_of_the_lab() {
    let label = Some("tea".to_owned());
    assert_eq!(enqueue("tea").into_action(), Some(Action::Enqueue { label }));
    assert_eq!(Command::Dequeue.into_action(), Some(Action::Dequeue));
    assert_eq!(
        Command::Capacity { capacity: 7 }.into_action(),
        Some(Action::SetCapacity { capacity: 7 })
    );
    assert_eq!(Command::Help.into_action(), None);
}
