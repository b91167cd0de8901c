//! Registered watches, and what they have to tell.

use std::collections::{BTreeMap, VecDeque};
use std::format;
use std::string::{String, ToString};
use std::task::Waker;
use std::vec::Vec;

use super::permissions::Right;
use super::tree::Change;
use crate::DomainId;
use crate::platform::StoreError;

struct Watch {
    domain: DomainId,
    /// Absolute, or one of xenstored's special names (`@releaseDomain`).
    path: String,
    /// What a relative watch leaves out of the paths that it tells.
    home: Option<String>,
    delivery: Delivery,
}

enum Delivery {
    /// Into the domain's queue, with this token.
    Queue(String),
    /// To whoever polls the watch: how often it has fired.
    Future(usize, Option<Waker>),
}

/// All watches of all domains.
#[derive(Default)]
pub(super) struct Watches {
    watches: BTreeMap<u64, Watch>,
    queues: BTreeMap<DomainId, VecDeque<(String, String)>>,
    last: u64,
    /// Whether events that nobody has taken yet are merged with new ones that say the same.
    pub(super) coalescing: bool,
}

impl Watches {
    /// Registers a watch whose events go to the domain's queue.
    pub(super) fn queue(
        &mut self,
        domain: DomainId,
        path: String,
        home: Option<String>,
        token: &str,
    ) -> Result<(), StoreError> {
        if self.queued(domain, &path, token).is_some() {
            return Err(StoreError::Exists);
        }
        let told = relative(&path, home.as_deref()).to_string();
        self.queues.entry(domain).or_default().push_back((told, token.to_string()));
        self.add(Watch { domain, path, home, delivery: Delivery::Queue(token.to_string()) });
        Ok(())
    }

    /// Registers a watch that is polled.
    pub(super) fn poll_with(&mut self, domain: DomainId, path: String) -> u64 {
        self.add(Watch { domain, path, home: None, delivery: Delivery::Future(1, None) })
    }

    /// Ends a watch of [`Self::queue`], and what it has told already.
    pub(super) fn unqueue(&mut self, domain: DomainId, path: &str, token: &str) -> Result<(), StoreError> {
        let id = self.queued(domain, path, token).ok_or(StoreError::NotFound)?;
        self.remove(id);
        Ok(())
    }

    /// Ends a watch.
    pub(super) fn remove(&mut self, id: u64) {
        self.watches.remove(&id);
    }

    /// Ends all watches of a domain.
    pub(super) fn remove_all(&mut self, domain: DomainId) {
        self.watches.retain(|_, watch| watch.domain != domain);
        self.queues.remove(&domain);
    }

    pub(super) fn count(&self, domain: DomainId) -> usize {
        self.watches.values().filter(|watch| watch.domain == domain).count()
    }

    /// Tells a change to every watch that it concerns and whose domain may read the node; returns whom to wake.
    pub(super) fn fire(&mut self, change: &Change) -> Vec<Waker> {
        let concerns = |watched: &str| {
            let inside = change.path.strip_prefix(watched).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            if change.exact { watched == change.path } else { inside }
        };
        let readable = |domain| change.permissions.allow(domain, Right::Read);
        self.tell(&change.path, |watch| concerns(&watch.path) && readable(watch.domain))
    }

    /// Tells everyone who watches one of xenstored's special names.
    pub(super) fn fire_special(&mut self, name: &str) -> Vec<Waker> {
        self.tell(name, |watch| watch.path == name)
    }

    /// Whether the watch has fired since the last call; else `waker` will be woken.
    pub(super) fn poll(&mut self, id: u64, waker: &Waker) -> bool {
        let Some(Watch { delivery: Delivery::Future(fired, waiting), .. }) = self.watches.get_mut(&id) else {
            return false;
        };
        if *fired == 0 {
            *waiting = Some(waker.clone());
            return false;
        }
        *fired = if self.coalescing { 0 } else { *fired - 1 };
        true
    }

    pub(super) fn take_queue(&mut self, domain: DomainId) -> Vec<(String, String)> {
        self.queues.entry(domain).or_default().drain(..).collect()
    }

    pub(super) fn any_queued(&self, domain: DomainId) -> bool {
        self.queues.get(&domain).is_some_and(|queue| !queue.is_empty())
    }

    fn add(&mut self, watch: Watch) -> u64 {
        self.last += 1;
        self.watches.insert(self.last, watch);
        self.last
    }

    fn queued(&self, domain: DomainId, path: &str, token: &str) -> Option<u64> {
        let same = |watch: &Watch| {
            watch.domain == domain
                && watch.path == path
                && matches!(&watch.delivery, Delivery::Queue(known) if known == token)
        };
        self.watches.iter().find(|(_, watch)| same(watch)).map(|(id, _)| *id)
    }

    fn tell(&mut self, path: &str, concerns: impl Fn(&Watch) -> bool) -> Vec<Waker> {
        let mut wakers = Vec::new();
        for watch in self.watches.values_mut().filter(|watch| concerns(watch)) {
            match &mut watch.delivery {
                Delivery::Queue(token) => {
                    let event = (relative(path, watch.home.as_deref()).to_string(), token.clone());
                    let queue = self.queues.entry(watch.domain).or_default();
                    if !(self.coalescing && queue.contains(&event)) {
                        queue.push_back(event);
                    }
                }
                Delivery::Future(fired, waiting) => {
                    *fired += 1;
                    wakers.extend(waiting.take());
                }
            }
        }
        wakers
    }
}

/// A path as a relative watch tells it.
fn relative<'a>(path: &'a str, home: Option<&str>) -> &'a str {
    home.and_then(|home| path.strip_prefix(&format!("{home}/"))).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::super::permissions::Permissions;
    use super::*;

    const DOM0: DomainId = DomainId(0);
    const GUEST: DomainId = DomainId(5);

    fn change(path: &str, exact: bool) -> Change {
        Change { path: path.to_string(), permissions: Permissions::private(DOM0), exact }
    }

    fn queued(watches: &mut Watches) -> Vec<String> {
        watches.take_queue(DOM0).into_iter().map(|(path, _)| path).collect()
    }

    #[test]
    fn a_watch_fires_at_the_start_and_for_what_is_below_it() {
        let mut watches = Watches::default();
        watches.queue(DOM0, "/a".to_string(), None, "t").unwrap();
        for path in ["/a", "/a/b", "/ab", "/b", "/"] {
            watches.fire(&change(path, false));
        }
        assert_eq!(queued(&mut watches), ["/a", "/a", "/a/b"]);
        watches.fire(&change("/a/b", true));
        watches.fire(&change("/a", true));
        assert_eq!(queued(&mut watches), ["/a"]);
    }

    #[test]
    fn nobody_is_told_what_they_may_not_read() {
        let mut watches = Watches::default();
        let id = watches.poll_with(GUEST, "/a".to_string());
        assert!(watches.poll(id, Waker::noop()));
        assert!(watches.fire(&change("/a", false)).is_empty());
        assert!(!watches.poll(id, Waker::noop()));
        let readable = Change { permissions: Permissions::readable_by(DOM0, GUEST), ..change("/a", false) };
        assert_eq!(watches.fire(&readable).len(), 1);
        assert!(watches.poll(id, Waker::noop()));
    }

    #[test]
    fn events_merge_when_that_is_asked_for() {
        for (coalescing, times) in [(false, 3), (true, 1)] {
            let mut watches = Watches { coalescing, ..Watches::default() };
            watches.queue(DOM0, "/a".to_string(), None, "t").unwrap();
            let id = watches.poll_with(DOM0, "/a".to_string());
            for _ in 0..2 {
                watches.fire(&change("/a", false));
            }
            assert_eq!(queued(&mut watches).len(), times);
            assert_eq!((0..9).filter(|_| watches.poll(id, Waker::noop())).count(), times);
        }
    }

    #[test]
    fn one_watch_a_path_and_token() {
        let mut watches = Watches::default();
        watches.queue(DOM0, "/a".to_string(), None, "t").unwrap();
        assert_eq!(watches.queue(DOM0, "/a".to_string(), None, "t"), Err(StoreError::Exists));
        watches.queue(DOM0, "/a".to_string(), None, "u").unwrap();
        watches.unqueue(DOM0, "/a", "t").unwrap();
        assert_eq!(watches.unqueue(DOM0, "/a", "t"), Err(StoreError::NotFound));
        assert_eq!(watches.count(DOM0), 1);
    }

    #[test]
    fn a_relative_watch_tells_relative_paths() {
        let mut watches = Watches::default();
        let home = Some("/local/domain/5".to_string());
        watches.queue(DOM0, "/local/domain/5/device".to_string(), home, "t").unwrap();
        watches.fire(&change("/local/domain/5/device/x", false));
        assert_eq!(queued(&mut watches), ["device", "device/x"]);
    }
}
