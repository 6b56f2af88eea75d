//! The programs as a reader sees them: source, instructions, and what they touch.

use expect_test::expect;
use playground_core::multi_threading::instruction::{Instruction, Touches, item, item_of};
use playground_core::multi_threading::lab::{Frame, Lab, Scenario, Scheduler};
use playground_core::multi_threading::program::{MOST_ITERATIONS, MOST_ROUNDS, Program, Setup};
use playground_core::sim::{Rng, Simulation, Time};
use std::fmt::Write;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn frame(setup: Setup) -> Frame {
    let scenario = Scenario { setup, scheduler: Scheduler::ByHand, ..Scenario::default() };
    Lab::new(&scenario, Rng::new(0)).frame(Time::ZERO)
}

fn text(program: Program) -> String {
    let frame = frame(Setup { program, threads: 2, iterations: 1 });
    let mut text = String::new();
    for thread in &frame.threads {
        // Most programs are the same for every thread.
        if thread.thread > 0 && thread.listing == frame.threads[0].listing {
            continue;
        }
        writeln!(text, "thread {}", thread.thread + 1).expect("a string");
        for line in &thread.listing.lines {
            writeln!(text, "  {}", line.text).expect("a string");
            for number in line.instructions.clone() {
                let step = &thread.listing.steps[usize::from(number)];
                writeln!(text, "    {} {}", number + 1, step.text).expect("a string");
            }
        }
    }
    text
}

#[test]
fn programs_read_well() {
    let all: Vec<_> =
        Program::ALL.into_iter().map(|it| format!("{}\n{}", it.title(), text(it))).collect();
    expect![[r#"
        a counter without a lock
        thread 1
          counter = counter + 1
            1 load r0 ← counter
            2 add r0 ← r0 + 1
            3 store counter ← r0

        a counter with a lock
        thread 1
          lock(mutex)
            1 lock mutex
          counter = counter + 1
            2 load r0 ← counter
            3 add r0 ← r0 + 1
            4 store counter ← r0
          unlock(mutex)
            5 unlock mutex

        a counter with compare-and-swap
        thread 1
          do {
              seen = counter
            1 load r0 ← counter
              wanted = seen + 1
            2 add r1 ← r0 + 1
          } while (!counter.compareAndSwap(seen, wanted))
            3 compare-and-swap counter: r0 → r1, else go to 1

        a counter with fetch-and-add
        thread 1
          counter.fetchAdd(1)
            1 fetch-add r0 ← counter, by 1

        the last seats: look, then take
        thread 1
          if (seats > 0) {
            1 load r0 ← seats
            2 if r0 ≤ 0 go to 5
              seats.fetchAdd(-1)
            3 fetch-add r1 ← seats, by −1
              sold.fetchAdd(1)
            4 fetch-add r1 ← sold, by 1
          }

        the last seats with a lock
        thread 1
          lock(mutex)
            1 lock mutex
          if (seats > 0) {
            2 load r0 ← seats
            3 if r0 ≤ 0 go to 6
              seats.fetchAdd(-1)
            4 fetch-add r1 ← seats, by −1
              sold.fetchAdd(1)
            5 fetch-add r1 ← sold, by 1
          }
          unlock(mutex)
            6 unlock mutex

        the last seats with compare-and-swap
        thread 1
          do {
              seen = seats
            1 load r0 ← seats
              if (seen <= 0) return
            2 if r0 ≤ 0 go to 6
              wanted = seen - 1
            3 add r1 ← r0 − 1
          } while (!seats.compareAndSwap(seen, wanted))
            4 compare-and-swap seats: r0 → r1, else go to 1
          sold.fetchAdd(1)
            5 fetch-add r1 ← sold, by 1

        two locks in opposite order
        thread 1
          lock(mutexA)
            1 lock mutexA
          lock(mutexB)
            2 lock mutexB
          a = a - 1
            3 load r0 ← a
            4 add r0 ← r0 − 1
            5 store a ← r0
          b = b + 1
            6 load r0 ← b
            7 add r0 ← r0 + 1
            8 store b ← r0
          unlock(mutexB)
            9 unlock mutexB
          unlock(mutexA)
            10 unlock mutexA
        thread 2
          lock(mutexB)
            1 lock mutexB
          lock(mutexA)
            2 lock mutexA
          b = b - 1
            3 load r0 ← b
            4 add r0 ← r0 − 1
            5 store b ← r0
          a = a + 1
            6 load r0 ← a
            7 add r0 ← r0 + 1
            8 store a ← r0
          unlock(mutexA)
            9 unlock mutexA
          unlock(mutexB)
            10 unlock mutexB

        two locks in one order
        thread 1
          lock(mutexA)
            1 lock mutexA
          lock(mutexB)
            2 lock mutexB
          a = a - 1
            3 load r0 ← a
            4 add r0 ← r0 − 1
            5 store a ← r0
          b = b + 1
            6 load r0 ← b
            7 add r0 ← r0 + 1
            8 store b ← r0
          unlock(mutexB)
            9 unlock mutexB
          unlock(mutexA)
            10 unlock mutexA
        thread 2
          lock(mutexA)
            1 lock mutexA
          lock(mutexB)
            2 lock mutexB
          b = b - 1
            3 load r0 ← b
            4 add r0 ← r0 − 1
            5 store b ← r0
          a = a + 1
            6 load r0 ← a
            7 add r0 ← r0 + 1
            8 store a ← r0
          unlock(mutexB)
            9 unlock mutexB
          unlock(mutexA)
            10 unlock mutexA

        a queue without a lock
        thread 1
          at = tail
            1 load r0 ← tail
          slot[at] = item
            2 store slot[r0] ← item
          tail = at + 1
            3 add r1 ← r0 + 1
            4 store tail ← r1

        a queue with a lock
        thread 1
          lock(mutex)
            1 lock mutex
          at = tail
            2 load r0 ← tail
          slot[at] = item
            3 store slot[r0] ← item
          tail = at + 1
            4 add r1 ← r0 + 1
            5 store tail ← r1
          unlock(mutex)
            6 unlock mutex

        a queue whose slots are reserved by fetch-and-add
        thread 1
          at = tail.fetchAdd(1)
            1 fetch-add r0 ← tail, by 1
          slot[at] = item
            2 store slot[r0] ← item

        a lock made of a flag
        thread 1
          while (held == 1) {}
            1 load r0 ← held
            2 if r0 = 1 go to 1
          held = 1
            3 store held ← 1
          counter = counter + 1
            4 load r0 ← counter
            5 add r0 ← r0 + 1
            6 store counter ← r0
          held = 0
            7 store held ← 0

        Peterson's lock
        thread 1
          wants[0] = 1
            1 store wants[0] ← 1
          turn = 1
            2 store turn ← 1
          while (wants[1] == 1 && turn == 1) {}
            3 load r0 ← wants[1]
            4 if r0 ≠ 1 go to 7
            5 load r0 ← turn
            6 if r0 = 1 go to 3
          counter = counter + 1
            7 load r0 ← counter
            8 add r0 ← r0 + 1
            9 store counter ← r0
          wants[0] = 0
            10 store wants[0] ← 0
        thread 2
          wants[1] = 1
            1 store wants[1] ← 1
          turn = 0
            2 store turn ← 0
          while (wants[0] == 1 && turn == 0) {}
            3 load r0 ← wants[0]
            4 if r0 ≠ 1 go to 7
            5 load r0 ← turn
            6 if r0 = 0 go to 3
          counter = counter + 1
            7 load r0 ← counter
            8 add r0 ← r0 + 1
            9 store counter ← r0
          wants[1] = 0
            10 store wants[1] ← 0

        Peterson's lock without a fence
        thread 1
          early = wants[1]
            1 load r0 ← wants[1]
          wants[0] = 1
            2 store wants[0] ← 1
          turn = 1
            3 store turn ← 1
          while (early == 1 && turn == 1) { early = wants[1] }
            4 if r0 ≠ 1 go to 9
            5 load r0 ← turn
            6 if r0 ≠ 1 go to 9
            7 load r0 ← wants[1]
            8 if r0 = 1 go to 5
          counter = counter + 1
            9 load r0 ← counter
            10 add r0 ← r0 + 1
            11 store counter ← r0
          wants[0] = 0
            12 store wants[0] ← 0
        thread 2
          early = wants[0]
            1 load r0 ← wants[0]
          wants[1] = 1
            2 store wants[1] ← 1
          turn = 0
            3 store turn ← 0
          while (early == 1 && turn == 0) { early = wants[0] }
            4 if r0 ≠ 1 go to 9
            5 load r0 ← turn
            6 if r0 ≠ 0 go to 9
            7 load r0 ← wants[0]
            8 if r0 = 1 go to 5
          counter = counter + 1
            9 load r0 ← counter
            10 add r0 ← r0 + 1
            11 store counter ← r0
          wants[1] = 0
            12 store wants[1] ← 0
    "#]]
    .assert_eq(&all.join("\n"));
}

#[test]
fn listings_are_whole() {
    for program in Program::ALL {
        for threads in 1..=8 {
            let frame = frame(Setup { program, threads, iterations: 2 });
            for thread in &frame.threads {
                let listing = &thread.listing;
                // The lines share the instructions out among them, in order.
                let numbers = listing.lines.iter().flat_map(|line| line.instructions.clone());
                assert!(numbers.eq(0..listing.steps.len() as u8), "{program:?}");
                for step in &listing.steps {
                    let line = &listing.lines[usize::from(step.line)];
                    assert!(!line.text.is_empty() && !step.text.is_empty(), "{program:?}");
                    let end = listing.steps.len() as u8;
                    match step.instruction {
                        Instruction::JumpIf { to, .. } => assert!(to <= end, "{program:?}"),
                        Instruction::CompareAndSwap { otherwise, .. } => assert!(otherwise < end),
                        _ => {}
                    }
                    match step.instruction.touches() {
                        Some(Touches::Cell { place, reads, writes }) => {
                            assert!(usize::from(place.cell) < frame.cells.len(), "{program:?}");
                            assert!(reads || writes);
                        }
                        Some(Touches::Lock(lock)) => {
                            assert!(usize::from(lock) < frame.locks.len(), "{program:?}");
                        }
                        None => {}
                    }
                }
                if let Some(section) = &listing.section {
                    assert!(!section.is_empty() && section.end <= listing.steps.len() as u8);
                }
            }
        }
    }
}

#[test]
fn an_item_names_its_producer_and_its_number() {
    for thread in 0..8 {
        for round in [0, 1, 41, 99_999, 999_997] {
            assert_eq!(item_of(item(thread, round)), Some((thread, round)));
        }
    }
    for word in [0, 1, 999_999, -1, i32::MIN, 1_000_000] {
        assert_eq!(item_of(word), None, "{word}");
    }
}

#[test]
fn a_set_up_is_brought_within_the_limits() {
    for program in Program::ALL {
        for threads in [0, 1, 2, 7, 8, 9, u8::MAX] {
            for iterations in [0, 1, 4, 5, 100, 101, u32::MAX] {
                let setup = Setup { program, threads, iterations };
                for (near, most) in
                    [(setup.clamped(), 8 * MOST_ITERATIONS), (setup.clamped_unseen(), MOST_ROUNDS)]
                {
                    assert!((1..=program.most_threads()).contains(&near.threads));
                    assert!((1..=most).contains(&near.rounds()), "{near:?}");
                    assert_eq!(near.program, program);
                }
                let frame = frame(setup);
                if program.is_queue() {
                    assert_eq!(frame.cells.len() as u32, 1 + frame.scenario.setup.rounds());
                }
            }
        }
    }
}
