//! Which CRTC serves which connector.
//!
//! A card has few CRTCs, and not each of them can serve each connector. Heads are opened one after the other and keep their
//! CRTC, so the first must not take the only one that a later connector could use.

/// Chooses one of `options`, the best first: the first one of those that leave CRTCs for the most `others`, the connectors
/// that will be opened later, each with the CRTCs that could serve it. `None` when there is no option.
pub(super) fn choose<T: Copy + Eq>(options: &[T], others: &[Vec<T>]) -> Option<T> {
    // Of several that are equally good `max_by_key` would take the last.
    options.iter().rev().copied().max_by_key(|option| most_served(others, *option))
}

/// How many connectors can have a CRTC of their own when `taken` is taken.
fn most_served<T: Copy + Eq>(connectors: &[Vec<T>], taken: T) -> usize {
    let mut served = Vec::new();
    (0..connectors.len()).filter(|connector| serve(connectors, *connector, &mut vec![taken], &mut served)).count()
}

/// Finds a CRTC for one connector more; connectors that are served may have to move to another one (an augmenting path).
/// `served` has the CRTCs with the connectors that they serve, `tried` those that are no help.
fn serve<T: Copy + Eq>(
    connectors: &[Vec<T>],
    connector: usize,
    tried: &mut Vec<T>,
    served: &mut Vec<(T, usize)>,
) -> bool {
    for crtc in &connectors[connector] {
        if tried.contains(crtc) {
            continue;
        }
        tried.push(*crtc);
        let Some(place) = served.iter().position(|(serving, _)| serving == crtc) else {
            served.push((*crtc, connector));
            return true;
        };
        if serve(connectors, served[place].1, tried, served) {
            served[place].1 = connector;
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_one_is_taken_when_nobody_needs_it() {
        assert_eq!(choose(&[2, 0, 1], &[]), Some(2));
        assert_eq!(choose(&[2, 0, 1], &[vec![0], vec![1, 0]]), Some(2));
        assert_eq!(choose::<u32>(&[], &[vec![0]]), None);
    }

    #[test]
    fn the_only_one_of_another_connector_is_left_to_it() {
        assert_eq!(choose(&[0, 1], &[vec![0]]), Some(1));
        assert_eq!(choose(&[0, 1, 2], &[vec![0, 1], vec![1, 0]]), Some(2));
        // The second of the others has to move so that the third one has a CRTC.
        assert_eq!(choose(&[1, 3], &[vec![0, 1, 2], vec![0, 1], vec![0]]), Some(3));
    }

    #[test]
    fn where_not_all_can_be_served_as_many_as_possible_are() {
        assert_eq!(choose(&[0, 1], &[vec![0], vec![0]]), Some(1));
        assert_eq!(choose(&[0], &[vec![0]]), Some(0), "who is first is served");
    }

    #[test]
    fn four_heads_on_a_card_that_can_connect_everything() {
        let all = vec![0, 1, 2, 3];
        let mut free = all.clone();
        for left in (0..4).rev() {
            let chosen = choose(&free, &vec![all.clone(); left]).unwrap();
            free.retain(|crtc| *crtc != chosen);
        }
        assert!(free.is_empty());
    }

    #[test]
    fn many_connectors_take_no_time() {
        let crtcs: Vec<u32> = (0..32).collect();
        assert_eq!(choose(&crtcs, &vec![crtcs.clone(); 64]), Some(0));
    }
}
