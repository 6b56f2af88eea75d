//! A process that counts primes for a server: it shares nothing with it, and has two pipes.

use std::io::{self, BufRead, Write};
use std::ops::ControlFlow;
use std::time::Instant;

use anyhow::{Context, bail};
use playground_core::multi_threading::race::Counted;
use playground_core::multi_threading::worker::{Surroundings, work};

use super::messages::{Order, Report};

/// Does what the server at the other end of these pipes says, and returns when that is done, or when the server is
/// gone. Blocks.
///
/// # Errors
/// If something else than a server is at the other end.
pub fn count_primes(orders: impl BufRead, reports: impl Write) -> anyhow::Result<()> {
    let mut pipes = Pipes { orders, reports, began: Instant::now() };
    if pipes.report(&Report::Ready).is_err() {
        return Ok(());
    }
    let Some(order) = pipes.order()? else { return Ok(()) };
    let Order::Count { job, worker } = order else { bail!("an order to count comes first") };
    job.check().context("this cannot be counted")?;
    pipes.began = Instant::now();
    if work(&job, worker, &mut pipes)?.is_continue() {
        // An error means that nobody is left to be told.
        let _ = pipes.report(&Report::Done);
    }
    Ok(())
}

struct Pipes<I, O> {
    orders: I,
    reports: O,
    began: Instant,
}

impl<I: BufRead, O: Write> Pipes<I, O> {
    /// The next order; none if the server is gone.
    fn order(&mut self) -> anyhow::Result<Option<Order>> {
        let mut line = String::new();
        match self.orders.read_line(&mut line) {
            Ok(0) | Err(_) => Ok(None),
            Ok(_) => Ok(Some(serde_json::from_str(&line).context("this is no order")?)),
        }
    }

    fn report(&mut self, report: &Report) -> io::Result<()> {
        let mut line = serde_json::to_vec(report)?;
        line.push(b'\n');
        self.reports.write_all(&line)?;
        self.reports.flush()
    }
}

impl<I: BufRead, O: Write> Surroundings for Pipes<I, O> {
    fn now_us(&mut self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn take(&mut self) -> u32 {
        let asked = self.report(&Report::Take);
        match asked.ok().and_then(|()| self.order().ok().flatten()) {
            Some(Order::Taken(piece)) => piece,
            // Nobody gives out pieces any more: there is no such piece, so that the work is over.
            _ => u32::MAX,
        }
    }

    fn tell(&mut self, counted: Counted, from_us: u64, until_us: u64) -> ControlFlow<()> {
        match self.report(&Report::Counted { counted, from_us, until_us }) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use playground_core::multi_threading::job::Job;
    use playground_core::multi_threading::primes::Method;
    use playground_core::multi_threading::split::Split;

    use super::*;

    const JOB: Job = Job {
        up_to: 3_000,
        workers: 2,
        method: Method::ByPrimes,
        split: Split::Chunks { size: 1_000 },
    };

    fn lines(orders: &[Order]) -> Vec<u8> {
        let lines = orders.iter().map(|order| serde_json::to_string(order).unwrap() + "\n");
        lines.collect::<String>().into_bytes()
    }

    fn reports(orders: &[u8]) -> anyhow::Result<Vec<Report>> {
        let mut reports = Vec::new();
        count_primes(orders, &mut reports)?;
        let lines = reports.split_inclusive(|byte| *byte == b'\n');
        Ok(lines.map(|line| serde_json::from_slice(line).unwrap()).collect())
    }

    #[test]
    fn it_asks_for_pieces_counts_them_and_says_so() {
        let count = Order::Count { job: JOB, worker: 1 };
        let orders = lines(&[count, Order::Taken(0), Order::Taken(2), Order::Taken(3)]);
        let reports = reports(&orders).unwrap();
        let [Report::Ready, Report::Take, first, Report::Take, second, Report::Take, Report::Done] =
            &reports[..]
        else {
            panic!("{reports:?}")
        };
        let Report::Counted { counted, from_us, until_us } = first else { panic!("{first:?}") };
        assert_eq!(*counted, Counted::new(0, 1..1_001, 168));
        assert!(from_us <= until_us);
        let Report::Counted { counted, .. } = second else { panic!("{second:?}") };
        assert_eq!(*counted, Counted::new(2, 2_001..3_001, 127));
    }

    #[test]
    fn it_ends_when_the_server_is_gone() {
        assert_eq!(reports(b"").unwrap(), [Report::Ready]);
        let orders = lines(&[Order::Count { job: JOB, worker: 0 }]);
        assert_eq!(reports(&orders).unwrap(), [Report::Ready, Report::Take, Report::Done]);
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        assert!(count_primes(&orders[..], Closed).is_ok());
    }

    #[test]
    fn it_does_nothing_that_is_no_job() {
        assert!(reports(b"hello\n").is_err());
        assert!(reports(&lines(&[Order::Taken(1)])).is_err());
        let job = Job { workers: 0, ..JOB };
        assert!(reports(&lines(&[Order::Count { job, worker: 0 }])).is_err());
    }
}
