//! How many connections there may be: in all, and for each client address. Each has a permit that goes with its
//! stream for its whole life, through an upgrade to a WebSocket too.

pub(crate) mod patient;
pub(crate) mod recorded;
pub(crate) mod refusal;
pub(crate) mod tape;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many times as many connections a loopback address may have: behind it stand proxies, and with them
/// everybody whom they serve, and load tests.
const LOOPBACK_FACTOR: usize = 16;
/// File handles for everything that is not a client's connection: logs, the page's files, nodes, pipes.
const OTHER_FILES: usize = 256;
/// How many connections there may be where the system does not tell how many files.
const UNKNOWN_FILE_LIMIT: usize = 16_384;

/// How many connections are too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// For each client address; sixteen times as many for a loopback address. IPv6 clients own a /64 at least,
    /// so that is what counts as one address.
    pub per_address: usize,
    /// In all.
    pub total: usize,
}

impl Default for Bounds {
    /// 1,024 for each address and 16,128 in all.
    fn default() -> Self {
        Self { per_address: 1024, total: total_within(UNKNOWN_FILE_LIMIT) }
    }
}

/// How many connections leave enough of this many file handles for everything else.
#[must_use]
pub fn total_within(file_limit: usize) -> usize {
    file_limit.saturating_sub(OTHER_FILES).max(file_limit / 2)
}

/// Lets this process open as many files as it may be allowed to: the soft limit becomes the hard one. Returns
/// how many that are.
#[cfg(unix)]
pub fn raise_file_limit() -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let current = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => limit.maximum,
        Err(error) => {
            tracing::warn!(%error, "cannot raise the limit of open files");
            limit.current
        }
    };
    current.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX)
}

/// Elsewhere nobody tells.
#[cfg(not(unix))]
pub fn raise_file_limit() -> usize {
    UNKNOWN_FILE_LIMIT
}

/// Counts the connections that are open; clones count together.
#[derive(Clone, Debug, Default)]
pub struct Connections(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    bounds: Bounds,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    total: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// Why a connection is one too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TooMany {
    /// Its address has enough of them.
    FromOneAddress,
    /// The server has.
    InAll,
}

impl Connections {
    /// None are open yet.
    #[must_use]
    pub fn new(bounds: Bounds) -> Self {
        Self(Arc::new(Inner { bounds, open: Mutex::default() }))
    }

    /// Counts one more, until its permit is dropped.
    pub(crate) fn admit(&self, client: IpAddr) -> Result<Permit, TooMany> {
        let address = counted_as(client);
        let most = match address.is_loopback() {
            true => self.0.bounds.per_address.saturating_mul(LOOPBACK_FACTOR),
            false => self.0.bounds.per_address,
        };
        let mut open = self.0.lock();
        if open.total >= self.0.bounds.total {
            return Err(TooMany::InAll);
        }
        if open.by_address.get(&address).copied().unwrap_or(0) >= most {
            return Err(TooMany::FromOneAddress);
        }
        *open.by_address.entry(address).or_default() += 1;
        open.total += 1;
        drop(open);
        Ok(Permit(Some((self.0.clone(), address))))
    }

    /// How many are open.
    #[must_use]
    pub fn open(&self) -> usize {
        self.0.lock().total
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Open> {
        // Nobody panics between two changes that belong together.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Lets one connection be. Whoever has the stream has this too, and drops both together.
#[derive(Debug)]
pub(crate) struct Permit(Option<(Arc<Inner>, IpAddr)>);

impl Permit {
    /// For a connection that the server has with itself, which counts for nobody.
    pub(crate) fn of_the_server() -> Self {
        Self(None)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let Some((connections, address)) = self.0.take() else { return };
        let mut open = connections.lock();
        open.total -= 1;
        if let Entry::Occupied(mut count) = open.by_address.entry(address) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

/// The address under which a client's connections are counted.
fn counted_as(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn each_address_has_its_share_and_gets_it_back() {
        let connections = Connections::new(Bounds { per_address: 2, total: 100 });
        let one = address("192.0.2.1");
        let held = [connections.admit(one).unwrap(), connections.admit(one).unwrap()];
        assert_eq!(connections.admit(one).unwrap_err(), TooMany::FromOneAddress);
        assert_eq!(
            connections.admit(address("::ffff:192.0.2.1")).unwrap_err(),
            TooMany::FromOneAddress
        );
        assert!(connections.admit(address("192.0.2.2")).is_ok());
        drop(held);
        assert_eq!(connections.open(), 0);
        assert!(connections.0.lock().by_address.is_empty());
        assert!(connections.admit(one).is_ok());
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let connections = Connections::new(Bounds { per_address: 1, total: 100 });
        let _held = connections.admit(address("2001:db8::1")).unwrap();
        assert!(connections.admit(address("2001:db8::2")).is_err());
        assert!(connections.admit(address("2001:db8:0:1::1")).is_ok());
    }

    #[test]
    fn loopback_has_sixteen_shares_and_the_total_binds_everybody() {
        let connections = Connections::new(Bounds { per_address: 1, total: 17 });
        for local in ["127.0.0.1", "::1"] {
            let held: Vec<_> =
                (0..16).map(|_| connections.admit(address(local)).unwrap()).collect();
            assert_eq!(connections.admit(address(local)).unwrap_err(), TooMany::FromOneAddress);
            let _last = connections.admit(address("192.0.2.1")).unwrap();
            assert_eq!(connections.admit(address("192.0.2.2")).unwrap_err(), TooMany::InAll);
            drop(held);
        }
    }

    #[test]
    fn a_small_file_limit_still_leaves_connections() {
        assert_eq!(total_within(1024), 768);
        assert_eq!(total_within(64), 32);
        assert_eq!(total_within(usize::MAX), usize::MAX - 256);
    }
}
