//! Who may read and write a xenstore node (`xenstore-chmod`, `xs_set_permissions`).

use std::vec::Vec;

use crate::DomainId;

/// The domain that may do everything.
const PRIVILEGED: DomainId = DomainId(0);

/// A right, by the letter that xenstore's tools use for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// `n`: none.
    None,
    /// `r`: read.
    Read,
    /// `w`: write.
    Write,
    /// `b`: both.
    Both,
}

impl Right {
    fn covers(self, wanted: Self) -> bool {
        self == wanted || self == Self::Both || wanted == Self::None
    }
}

/// A node's permissions. The owner may do everything, domain 0 too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permissions {
    /// Who owns the node.
    pub owner: DomainId,
    /// What any domain may do that is not named.
    pub others: Right,
    /// What certain domains may do.
    pub named: Vec<(DomainId, Right)>,
}

impl Permissions {
    /// The owner's alone.
    pub const fn private(owner: DomainId) -> Self {
        Self { owner, others: Right::None, named: Vec::new() }
    }

    /// The owner's, and `reader` may read.
    pub fn readable_by(owner: DomainId, reader: DomainId) -> Self {
        Self { owner, others: Right::None, named: [(reader, Right::Read)].into() }
    }

    /// Whether `caller` has `wanted`.
    pub fn allow(&self, caller: DomainId, wanted: Right) -> bool {
        if caller == PRIVILEGED || caller == self.owner {
            return true;
        }
        let named = self.named.iter().find(|(domain, _)| *domain == caller);
        named.map_or(self.others, |(_, right)| *right).covers(wanted)
    }

    /// What a node gets that `creator` makes below one with these: the same, but a guest owns what it makes.
    pub fn inherited_by(&self, creator: DomainId) -> Self {
        let owner = if creator == PRIVILEGED { self.owner } else { creator };
        Self { owner, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_mean_what_xenstore_means() {
        let permissions = Permissions {
            owner: DomainId(1),
            others: Right::Read,
            named: [(DomainId(2), Right::Write), (DomainId(3), Right::None), (DomainId(4), Right::Both)].into(),
        };
        let may = |domain, right| permissions.allow(DomainId(domain), right);
        for all in [0, 1, 4] {
            assert!(may(all, Right::Read) && may(all, Right::Write) && may(all, Right::Both));
        }
        assert!(!may(2, Right::Read) && may(2, Right::Write));
        assert!(!may(3, Right::Read) && !may(3, Right::Write));
        assert!(may(9, Right::Read) && !may(9, Right::Write));
    }

    #[test]
    fn a_guest_owns_what_it_makes() {
        let parent = Permissions::readable_by(DomainId(5), DomainId(7));
        assert_eq!(parent.inherited_by(DomainId(0)), parent);
        assert_eq!(parent.inherited_by(DomainId(6)), Permissions { owner: DomainId(6), ..parent });
    }
}
