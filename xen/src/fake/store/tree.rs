//! The nodes of the fake xenstore: values, permissions, and when each was changed last.

use std::collections::BTreeMap;
use std::string::{String, ToString};
use std::vec::Vec;

use super::permissions::{Permissions, Right};
use crate::DomainId;
use crate::platform::StoreError;

/// The longest value (`XENSTORE_PAYLOAD_MAX`, `xs_wire.h`).
const MOST_BYTES: usize = 4096;
/// The longest absolute path (`XENSTORE_ABS_PATH_MAX`, `xs_wire.h`).
const LONGEST_PATH: usize = 3072;

#[derive(Clone)]
struct Node {
    value: Vec<u8>,
    permissions: Permissions,
    /// The tree's generation when the node, or the set of its children, was changed last.
    generation: u64,
}

/// A node that was changed, as far as watches care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) path: String,
    /// The permissions at the time, or before the removal.
    pub(super) permissions: Permissions,
    /// Only watches of this very path are told: it went with the folder above.
    pub(super) exact: bool,
}

/// All nodes, by absolute path; the root is the empty path.
#[derive(Clone)]
pub(super) struct Tree {
    nodes: BTreeMap<String, Node>,
    generation: u64,
}

impl Default for Tree {
    fn default() -> Self {
        let permissions = Permissions { owner: DomainId(0), others: Right::Read, named: Vec::new() };
        let root = Node { value: Vec::new(), permissions, generation: 0 };
        Self { nodes: [(String::new(), root)].into(), generation: 0 }
    }
}

impl Tree {
    /// Changes from now on have a higher number.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    pub(super) fn read(&self, caller: DomainId, path: &str) -> Result<Vec<u8>, StoreError> {
        self.get(caller, path, Right::Read).map(|node| node.value.clone())
    }

    pub(super) fn directory(&self, caller: DomainId, path: &str) -> Result<Vec<String>, StoreError> {
        self.get(caller, path, Right::Read)?;
        let inside = format_folder(path);
        let names = self.below(path).filter_map(|below| below.strip_prefix(&inside));
        Ok(names.filter(|name| !name.contains('/')).map(ToString::to_string).collect())
    }

    /// Writes a node, and makes it and its parents where they are missing.
    pub(super) fn write(&mut self, caller: DomainId, path: &str, value: &[u8]) -> Result<Change, StoreError> {
        if value.len() > MOST_BYTES {
            return Err(StoreError::TooBig);
        }
        match self.get(caller, path, Right::Write) {
            Ok(_) | Err(StoreError::NotFound) => {}
            Err(error) => return Err(error),
        }
        self.make(caller, path)?;
        self.generation += 1;
        let node = self.nodes.get_mut(path).expect("the node was just made");
        (node.value, node.generation) = (value.to_vec(), self.generation);
        Ok(Change { path: path.to_string(), permissions: node.permissions.clone(), exact: false })
    }

    /// Removes a node and all below it. One that is not there is as good as removed, if its parent is there.
    pub(super) fn remove(&mut self, caller: DomainId, path: &str) -> Result<Vec<Change>, StoreError> {
        match self.get(caller, path, Right::Write) {
            Ok(_) => {}
            Err(StoreError::NotFound) if self.nodes.contains_key(parent(path)) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        }
        if path.is_empty() {
            return Err(StoreError::Invalid);
        }
        self.generation += 1;
        self.nodes.get_mut(parent(path)).expect("a node has a parent").generation = self.generation;
        let mut gone = std::vec![path.to_string()];
        gone.extend(self.below(path).map(ToString::to_string));
        Ok(gone.into_iter().map(|gone| self.forget(gone, path)).collect())
    }

    pub(super) fn permissions(&self, path: &str) -> Option<&Permissions> {
        self.nodes.get(path).map(|node| &node.permissions)
    }

    /// Sets who may do what with a node that exists. Panics otherwise.
    pub(super) fn set_permissions(&mut self, path: &str, permissions: Permissions) {
        self.generation += 1;
        let node = self.nodes.get_mut(path).unwrap_or_else(|| panic!("there is no node {path:?}"));
        (node.permissions, node.generation) = (permissions, self.generation);
    }

    /// Whether a node, or where it is missing the nearest one above, was changed after `generation`.
    pub(super) fn changed_since(&self, path: &str, generation: u64) -> bool {
        match self.nodes.get(path) {
            Some(node) => node.generation > generation,
            None => self.changed_since(parent(path), generation),
        }
    }

    /// Whether `caller` would be told about a change of this node, or of the nearest one above.
    fn get(&self, caller: DomainId, path: &str, right: Right) -> Result<&Node, StoreError> {
        check(path)?;
        match self.nodes.get(path) {
            Some(node) if node.permissions.allow(caller, right) => Ok(node),
            Some(_) => Err(StoreError::Denied),
            // Who may not see the folder is not told that the node is missing.
            None if self.nearest(path).permissions.allow(caller, right) => Err(StoreError::NotFound),
            None => Err(StoreError::Denied),
        }
    }

    /// The node above `path` that exists and is nearest.
    fn nearest(&self, path: &str) -> &Node {
        self.nodes.get(parent(path)).unwrap_or_else(|| self.nearest(parent(path)))
    }

    /// Makes a node and its parents where they are missing.
    fn make(&mut self, caller: DomainId, path: &str) -> Result<(), StoreError> {
        if self.nodes.contains_key(path) {
            return Ok(());
        }
        self.make(caller, parent(path))?;
        self.generation += 1;
        let above = self.nodes.get_mut(parent(path)).expect("the parent was just made");
        above.generation = self.generation;
        let permissions = above.permissions.inherited_by(caller);
        self.nodes.insert(path.to_string(), Node { value: Vec::new(), permissions, generation: self.generation });
        Ok(())
    }

    fn forget(&mut self, path: String, root: &str) -> Change {
        let node = self.nodes.remove(&path).expect("the node was just listed");
        Change { exact: path != root, permissions: node.permissions, path }
    }

    /// The paths of everything below a node.
    fn below<'a>(&'a self, path: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let inside = format_folder(path);
        let from = self.nodes.range(inside.clone()..);
        from.map(|(path, _)| path.as_str()).take_while(move |path| path.starts_with(&inside))
    }
}

fn format_folder(path: &str) -> String {
    std::format!("{path}/")
}

/// The path of the node above.
fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Whether xenstored takes an absolute path: its characters, no empty names, not too long.
fn check(path: &str) -> Result<(), StoreError> {
    let named = |name: &str| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_@".contains(&byte))
    };
    let names = path.strip_prefix('/').map(|names| names.split('/'));
    let good = path.is_empty() || names.is_some_and(|mut names| names.all(named));
    if good && path.len() <= LONGEST_PATH { Ok(()) } else { Err(StoreError::Invalid) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOM0: DomainId = DomainId(0);
    const GUEST: DomainId = DomainId(5);

    fn tree() -> Tree {
        let mut tree = Tree::default();
        tree.write(DOM0, "/guest", b"").unwrap();
        tree.set_permissions("/guest", Permissions::private(GUEST));
        tree.write(DOM0, "/dom0/secret", b"x").unwrap();
        tree.set_permissions("/dom0", Permissions::private(DOM0));
        tree
    }

    #[test]
    fn a_guest_writes_only_where_it_may() {
        let mut tree = tree();
        tree.write(GUEST, "/guest/a/b", b"1").unwrap();
        assert_eq!(tree.read(GUEST, "/guest/a/b").unwrap(), b"1");
        assert_eq!(tree.read(GUEST, "/guest/a").unwrap(), b"");
        assert_eq!(tree.permissions("/guest/a/b"), Some(&Permissions::private(GUEST)));
        assert_eq!(tree.write(GUEST, "/new", b"1"), Err(StoreError::Denied));
        assert_eq!(tree.write(GUEST, "/dom0/new", b"1"), Err(StoreError::Denied));
        assert_eq!(tree.remove(GUEST, "/dom0").map(|_| ()), Err(StoreError::Denied));
    }

    #[test]
    fn what_a_guest_may_not_see_is_denied_rather_than_missing() {
        let tree = tree();
        assert_eq!(tree.read(GUEST, "/dom0/nothing"), Err(StoreError::Denied));
        assert_eq!(tree.read(GUEST, "/guest/nothing"), Err(StoreError::NotFound));
        assert_eq!(tree.directory(GUEST, "/dom0"), Err(StoreError::Denied));
    }

    #[test]
    fn a_folder_lists_its_own_children_alone() {
        let mut tree = tree();
        for path in ["/guest/b/c", "/guest/a", "/guest-2"] {
            tree.write(DOM0, path, b"").unwrap();
        }
        assert_eq!(tree.directory(GUEST, "/guest").unwrap(), ["a", "b"]);
        assert_eq!(tree.directory(DOM0, "").unwrap(), ["dom0", "guest", "guest-2"]);
        assert!(tree.directory(GUEST, "/guest/a").unwrap().is_empty());
    }

    #[test]
    fn a_folder_goes_with_all_that_is_in_it() {
        let mut tree = tree();
        for path in ["/guest/a/b", "/guest/a-b"] {
            tree.write(GUEST, path, b"").unwrap();
        }
        let gone = tree.remove(GUEST, "/guest/a").unwrap();
        let gone: Vec<_> = gone.iter().map(|change| (change.path.as_str(), change.exact)).collect();
        assert_eq!(gone, [("/guest/a", false), ("/guest/a/b", true)]);
        assert_eq!(tree.directory(GUEST, "/guest").unwrap(), ["a-b"]);
        assert_eq!(tree.remove(GUEST, "/guest/a"), Ok(Vec::new()));
        assert_eq!(tree.remove(GUEST, "/guest/a/b"), Err(StoreError::NotFound));
    }

    #[test]
    fn bad_paths_and_big_values_are_refused() {
        let mut tree = Tree::default();
        for path in ["/a/", "a", "/a//b", "/a b", "/", "/é"] {
            assert_eq!(tree.write(DOM0, path, b""), Err(StoreError::Invalid), "{path:?}");
        }
        let long = "/a".repeat(LONGEST_PATH / 2);
        assert!(tree.write(DOM0, &long, &[0; MOST_BYTES]).is_ok());
        assert_eq!(tree.write(DOM0, &std::format!("{long}b"), b""), Err(StoreError::Invalid));
        assert_eq!(tree.write(DOM0, "/a", &[0; MOST_BYTES + 1]), Err(StoreError::TooBig));
    }

    #[test]
    fn changes_are_seen_where_a_transaction_looks() {
        let mut tree = tree();
        let before = tree.generation();
        tree.write(GUEST, "/guest/a", b"").unwrap();
        assert!(tree.changed_since("/guest/a", before) && tree.changed_since("/guest", before));
        assert!(tree.changed_since("/guest/missing", before));
        assert!(!tree.changed_since("/dom0/secret", before));
        assert!(!tree.changed_since("/guest/a", tree.generation()));
    }
}
