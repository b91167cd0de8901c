//! Tests over several of the fake's tables: each rule that it is strict about, kept and broken.

use std::format;
use std::string::{String, ToString};
use std::time::Duration;
use std::vec::Vec;

use super::*;
use crate::memory::SharedMemory;
use crate::platform::{
    BackPlatform, BackStore, FrontPlatform, GrantInUse, MapError, NoGrantLeft, NoPortLeft, OutOfMemory, OwnPages,
    SharedPages, Store, StoreError, Watch,
};
use crate::{Access, DomainId, Gfn, GrantRef, PAGE_SIZE, Port};

const GUEST: DomainId = DomainId(5);

fn two_domains() -> (World, Domain, Domain) {
    let world = World::new();
    let (dom0, guest) = (world.domain(DomainId(0)), world.domain(GUEST));
    (world, dom0, guest)
}

fn grant_all(guest: &Domain, pages: &Pages) -> Vec<GrantRef> {
    (0..pages.count()).map(|page| guest.grant(DomainId(0), pages.gfn(page), Access::ReadWrite).unwrap()).collect()
}

fn number_pages(memory: SharedMemory<'_>) {
    for page in 0..memory.len() / PAGE_SIZE {
        memory.write_u32(page * PAGE_SIZE, page as u32);
    }
}

mod memory_and_grants {
    use super::*;

    #[test]
    fn a_mapping_is_one_run_in_the_order_of_its_references() {
        for scattered in [false, true] {
            let (world, dom0, guest) = two_domains();
            guest.scatter_frames(scattered);
            let pages = guest.allocate(5).unwrap();
            number_pages(pages.memory());
            let references = grant_all(&guest, &pages);
            let order = [3, 0, 4, 4, 1];
            let mapping = dom0.map(GUEST, &order.map(|page: usize| references[page])).unwrap();
            for (place, page) in order.into_iter().enumerate() {
                assert_eq!(mapping.memory().read_u32(place * PAGE_SIZE), page as u32);
            }
            mapping.memory().write_u32(PAGE_SIZE + 8, 77);
            assert_eq!(pages.memory().read_u32(8), 77);
            drop(mapping);
            references.iter().for_each(|reference| guest.end_grant(*reference).unwrap());
            drop(pages);
            assert!(world.violations().is_empty());
            assert_eq!((guest.usage(), dom0.usage()), (Usage::default(), Usage::default()));
        }
    }

    #[test]
    fn what_was_not_granted_to_you_is_not_mapped() {
        let (world, dom0, guest) = two_domains();
        let other = world.domain(DomainId(7));
        let pages = guest.allocate(2).unwrap();
        let good = guest.grant(dom0.id(), pages.gfn(0), Access::ReadWrite).unwrap();
        let readable = guest.grant(dom0.id(), pages.gfn(1), Access::ReadOnly).unwrap();
        let ended = guest.grant(dom0.id(), pages.gfn(1), Access::ReadWrite).unwrap();
        guest.end_grant(ended).unwrap();
        for bad in [GrantRef(0), GrantRef(9999), readable, ended] {
            let mapped = dom0.map(GUEST, &[good, bad]);
            assert_eq!(mapped.err(), Some(MapError::BadReference(bad)));
        }
        assert_eq!(other.map(GUEST, &[good]).err(), Some(MapError::BadReference(good)));
        assert_eq!(dom0.map(DomainId(99), &[good]).err(), Some(MapError::BadReference(good)));
        assert_eq!(guest.usage().mapped, 0);
    }

    #[test]
    fn a_mapped_grant_stays_until_it_is_unmapped() {
        let (_world, dom0, guest) = two_domains();
        let pages = guest.allocate(1).unwrap();
        let reference = grant_all(&guest, &pages)[0];
        let mappings = [(); 2].map(|()| dom0.map(GUEST, &[reference]).unwrap());
        for mapping in mappings {
            assert_eq!(guest.end_grant(reference), Err(GrantInUse));
            drop(mapping);
        }
        assert_eq!(guest.end_grant(reference), Ok(()));
    }

    #[test]
    fn freeing_granted_pages_is_a_violation() {
        let (world, _, guest) = two_domains();
        let pages = guest.allocate(2).unwrap();
        let reference = guest.grant(DomainId(0), pages.gfn(1), Access::ReadWrite).unwrap();
        let frame = pages.gfn(1);
        drop(pages);
        assert_eq!(
            world.violations(),
            [format!("d5 frees frame {:#x}, which is still granted by {}", frame.0, reference.0)]
        );
    }

    #[test]
    fn using_a_mapping_after_a_forced_end_is_a_violation() {
        let (world, dom0, guest) = two_domains();
        let pages = guest.allocate(1).unwrap();
        let reference = grant_all(&guest, &pages)[0];
        let mapping = dom0.map(GUEST, &[reference]).unwrap();
        mapping.memory();
        assert!(world.violations().is_empty());
        guest.end_grant_by_force(reference);
        // The reference may serve another grant by now: the old mapping does not become good by that.
        assert_eq!(guest.grant(dom0.id(), pages.gfn(0), Access::ReadWrite), Ok(reference));
        mapping.memory();
        assert_eq!(world.violations(), ["d0 uses a mapping of d5 after a grant in it has ended"]);
        drop(mapping);
        assert_eq!(guest.end_grant(reference), Ok(()));
    }

    #[test]
    fn nonsense_of_a_front_end_is_a_violation() {
        let (world, _, guest) = two_domains();
        guest.grant(DomainId(0), Gfn(1), Access::ReadWrite).unwrap();
        guest.end_grant(GrantRef(1000)).unwrap();
        guest.end_grant_by_force(GrantRef(1001));
        FrontPlatform::notify(&guest, Port(7));
        FrontPlatform::close_port(&guest, Port(8));
        let expected = [
            "d5 grants frame 0x1, which it has not allocated",
            "d5 ends grant 1000, which is none",
            "d5 ends grant 1001, which is none",
            "d5 sends an event through port 7, which is not open",
            "d5 closes port 8, which is not open",
        ];
        assert_eq!(world.violations(), expected);
    }

    #[test]
    fn memory_and_grants_run_out() {
        let (_world, dom0, guest) = two_domains();
        guest.set_memory(10);
        guest.set_grant_frames(1);
        let pages = guest.allocate(8).unwrap();
        assert_eq!(guest.allocate(3).err(), Some(OutOfMemory { wanted: 3, free: 2 }));
        for _ in 0..guest.grant_space().free {
            guest.grant(dom0.id(), pages.gfn(0), Access::ReadWrite).unwrap();
        }
        assert_eq!(guest.grant(dom0.id(), pages.gfn(0), Access::ReadWrite), Err(NoGrantLeft));
        assert_eq!(guest.usage(), Usage { pages: 8, grants: 504, ..Usage::default() });
    }

    #[test]
    fn pages_need_not_be_neighbours() {
        let (_world, _dom0, guest) = two_domains();
        guest.set_memory(7);
        let mut pages: Vec<_> = (0..7).map(|_| guest.allocate(1).unwrap()).collect();
        // Pages 0, 2 and 4 are free then.
        for index in [4, 2, 0] {
            pages.remove(index);
        }
        let gathered = guest.allocate(3).unwrap();
        assert_eq!([0, 1, 2].map(|page| gathered.gfn(page).0 - gathered.gfn(0).0), [0, 2, 4]);
        number_pages(gathered.memory());
        assert_eq!(gathered.memory().read_u32(2 * PAGE_SIZE), 2);
        assert_eq!(guest.allocate(1).err(), Some(OutOfMemory { wanted: 1, free: 0 }));
    }

    #[test]
    fn fresh_pages_are_zero_and_freed_ones_are_poisoned() {
        let (world, dom0, guest) = two_domains();
        let pages = guest.allocate(1).unwrap();
        pages.memory().write_u32(0, 1);
        let reference = grant_all(&guest, &pages)[0];
        let mapping = dom0.map(GUEST, &[reference]).unwrap();
        drop(pages);
        assert_eq!(mapping.memory().read_u32(0), super::super::memory::POISON);
        assert_eq!(world.violations().len(), 1);
        let again = guest.allocate(1).unwrap();
        assert_eq!(again.memory().read_u32(0), 0);
    }

    #[test]
    fn a_test_sees_into_granted_frames() {
        let (_world, _, guest) = two_domains();
        let pages = guest.allocate(1).unwrap();
        let reference = grant_all(&guest, &pages)[0];
        guest.granted(reference).unwrap().memory().write_u8(3, 9);
        assert_eq!(pages.memory().read_u8(3), 9);
        assert!(guest.granted(GrantRef(1)).is_none());
        assert_eq!(guest.usage().mapped, 0);
        guest.end_grant(reference).unwrap();
    }
}

/// Pages that the back end allocates and the front end maps.
mod the_other_way_round {
    use super::*;
    use crate::platform::{AllocationError, GrantedPages};

    #[test]
    fn a_front_end_maps_what_a_back_end_has_allocated() {
        let (world, dom0, guest) = two_domains();
        let allocation = dom0.allocate_granted(GUEST, 3).unwrap();
        assert_eq!(dom0.usage(), Usage { pages: 3, grants: 3, ..Usage::default() });
        number_pages(allocation.memory());
        let mut references = allocation.references().to_vec();
        references.reverse();
        let mapped = FrontPlatform::map(&guest, DomainId(0), &references).unwrap();
        assert_eq!((guest.usage().mapping, dom0.usage().mapped), (3, 3));
        assert_eq!([0, 1, 2].map(|page| mapped.memory().read_u32(page * PAGE_SIZE)), [2, 1, 0]);
        mapped.memory().write_u32(8, 77);
        assert_eq!(allocation.memory().read_u32(2 * PAGE_SIZE + 8), 77);
        drop(mapped);
        drop(allocation);
        assert_eq!((guest.usage(), dom0.usage()), (Usage::default(), Usage::default()));
        assert!(world.violations().is_empty());
    }

    #[test]
    fn what_is_still_mapped_is_freed_when_it_is_unmapped() {
        let (world, dom0, guest) = two_domains();
        let allocation = dom0.allocate_granted(GUEST, 3).unwrap();
        let mapped = guest.map(DomainId(0), &allocation.references()[1..]).unwrap();
        mapped.memory().write_u32(0, 5);
        drop(allocation);
        assert_eq!(dom0.usage(), Usage { pages: 2, grants: 2, mapped: 2, ..Usage::default() });
        assert_eq!(mapped.memory().read_u32(0), 5, "the page stays as it was for whoever maps it");
        drop(mapped);
        assert_eq!(dom0.usage(), Usage::default());
        assert!(world.violations().is_empty());
    }

    #[test]
    fn an_owner_that_revokes_what_is_mapped_is_found_out() {
        let (world, dom0, guest) = two_domains();
        let allocation = dom0.allocate_granted(GUEST, 1).unwrap();
        let (reference, mapped) =
            (allocation.references()[0], guest.map(DomainId(0), allocation.references()).unwrap());
        drop(allocation);
        dom0.end_grant_by_force(reference);
        assert_eq!(dom0.usage(), Usage::default());
        mapped.memory();
        assert_eq!(world.violations(), ["d5 uses a mapping of d0 after a grant in it has ended"]);
    }

    #[test]
    fn a_mapping_that_fails_half_way_leaves_nothing() {
        let (world, dom0, guest) = two_domains();
        let allocation = dom0.allocate_granted(GUEST, 4).unwrap();
        for page in 0..4 {
            world.set_faults(move |caller: DomainId, operation: &Operation<'_>| {
                let hit = caller == GUEST && matches!(operation, Operation::Map(..));
                hit.then_some(Fault::RefuseAt(page))
            });
            let refused = guest.map(DomainId(0), allocation.references()).err();
            assert_eq!(refused, Some(MapError::BadReference(allocation.references()[page])));
            assert_eq!((guest.usage(), dom0.usage().mapped), (Usage::default(), 0));
        }
    }

    #[test]
    fn memory_and_grants_run_out_for_a_back_end_too() {
        let (world, dom0, _) = two_domains();
        dom0.set_memory(10);
        assert_eq!(dom0.allocate_granted(GUEST, 11).err(), Some(AllocationError::NoMemory(11)));
        dom0.set_memory(1000);
        dom0.set_grant_frames(1);
        assert_eq!(dom0.allocate_granted(GUEST, 505).err(), Some(AllocationError::NoGrants(505)));
        world.set_faults(|_: DomainId, _: &Operation<'_>| Some(Fault::Refuse));
        assert_eq!(dom0.allocate_granted(GUEST, 1).err(), Some(AllocationError::NoGrants(1)));
        assert_eq!(dom0.usage(), Usage::default());
    }
}

mod event_channels {
    use super::*;

    #[test]
    fn an_event_wakes_the_other_end() {
        let (world, dom0, guest) = two_domains();
        let port = guest.allocate_port(dom0.id()).unwrap();
        let local = dom0.bind_port(GUEST, port).unwrap();
        assert_eq!(dom0.take_events(), [local], "Xen marks a port that was just bound");
        let mut tasks = Tasks::default();
        let waiting = guest.clone();
        let handle = tasks.spawn(async move { waiting.event(port).await });
        world.run_until_stalled(&mut tasks);
        assert!(!handle.is_finished());
        dom0.notify(local);
        world.run_until_stalled(&mut tasks);
        assert!(handle.is_finished());
        guest.notify(port);
        guest.notify(port);
        assert!(dom0.has_events());
        assert_eq!(dom0.take_events(), [local]);
        assert_eq!((guest.counters().notifications, guest.counters().hypercalls()), (2, 3));
    }

    #[test]
    fn only_who_was_asked_may_bind_and_only_once() {
        let (world, dom0, guest) = two_domains();
        let other = world.domain(DomainId(7));
        let port = guest.allocate_port(dom0.id()).unwrap();
        assert_eq!(other.bind_port(GUEST, port), Err(NoPortLeft));
        assert_eq!(dom0.bind_port(GUEST, Port(99)), Err(NoPortLeft));
        assert_eq!(dom0.bind_port(DomainId(99), port), Err(NoPortLeft));
        let local = dom0.bind_port(GUEST, port).unwrap();
        assert_eq!(dom0.bind_port(GUEST, port), Err(NoPortLeft));
        dom0.close_port(local);
        assert!(dom0.bind_port(GUEST, port).is_ok(), "a port whose other end was closed is free again");
    }

    #[test]
    fn closing_wakes_whoever_waits() {
        let (world, dom0, guest) = two_domains();
        let port = guest.allocate_port(dom0.id()).unwrap();
        let mut tasks = Tasks::default();
        let waiting = guest.clone();
        let handle = tasks.spawn(async move { waiting.event(port).await });
        world.run_until_stalled(&mut tasks);
        guest.close_port(port);
        world.run_until_stalled(&mut tasks);
        assert!(handle.is_finished());
    }

    #[test]
    fn the_end_of_a_process_closes_what_it_had() {
        let (world, dom0, guest) = two_domains();
        let port = guest.allocate_port(dom0.id()).unwrap();
        dom0.bind_port(GUEST, port).unwrap();
        dom0.sync_store().watch("/local", "token").unwrap();
        dom0.end_process();
        assert_eq!(dom0.usage(), Usage::default());
        assert!(!dom0.sync_store().has_events());
        guest.notify(port);
        assert!(dom0.bind_port(GUEST, port).is_ok() && world.violations().is_empty());
    }

    #[test]
    fn an_event_to_nobody_is_no_violation() {
        let (world, dom0, guest) = two_domains();
        let port = guest.allocate_port(dom0.id()).unwrap();
        guest.notify(port);
        let local = dom0.bind_port(GUEST, port).unwrap();
        guest.close_port(port);
        dom0.notify(local);
        assert!(world.violations().is_empty());
        guest.raise(port);
        assert!(!guest.has_events());
    }
}

mod xenstore {
    use super::*;

    fn store_written(world: &World, path: &str) -> String {
        String::from_utf8(world.store_read(path).unwrap()).unwrap()
    }

    #[test]
    fn a_vdispl_is_as_libxl_makes_it() {
        let (world, dom0, guest) = two_domains();
        world.add_vdispl(GUEST, dom0.id(), 0, &Vdispl::one("Virtual-1", "800x600").and("HDMI-A-1", "1x1"));
        let front = vdispl::frontend_path(GUEST, 0);
        let back = vdispl::backend_path(GUEST, dom0.id(), 0);
        assert_eq!(
            (front.as_str(), back.as_str()),
            ("/local/domain/5/device/vdispl/0", "/local/domain/0/backend/vdispl/5/0")
        );
        assert_eq!(store_written(&world, &format!("{front}/backend")), back);
        assert_eq!(store_written(&world, &format!("{back}/frontend")), front);
        assert_eq!(store_written(&world, &format!("{front}/1/unique-id")), "HDMI-A-1");
        let store = guest.store();
        world.block_on(async move {
            let mut names = store.directory("device/vdispl/0").await.unwrap();
            names.sort();
            assert_eq!(names, ["0", "1", "backend", "backend-id", "be-alloc", "state"]);
            assert_eq!(store.read("device/vdispl/0/0/resolution").await.unwrap(), b"800x600");
            let forged = store.write("device/vdispl/0/0/resolution", b"9x9").await;
            assert_eq!(forged, Err(StoreError::Denied));
            store.write("device/vdispl/0/0/req-ring-ref", b"8").await.unwrap();
            store.write("device/vdispl/0/state", b"3").await.unwrap();
            store.write("error/device/vdispl/0/error", b"-22 no").await.unwrap();
            assert_eq!(store.read(&format!("{back}/state")).await.unwrap(), b"1");
            assert_eq!(store.write(&format!("{back}/state"), b"4").await, Err(StoreError::Denied));
            assert_eq!(store.read("/local/domain/0/backend").await, Err(StoreError::Denied));
            assert_eq!(store.write("device/vdispl/1/state", b"1").await, Err(StoreError::Denied));
        });
    }

    #[test]
    fn watches_tell_both_ends() {
        let (world, dom0, guest) = two_domains();
        world.add_vdispl(GUEST, dom0.id(), 0, &Vdispl::one("Virtual-1", "800x600"));
        let (front, back) = (vdispl::frontend_path(GUEST, 0), vdispl::backend_path(GUEST, dom0.id(), 0));
        let store = dom0.sync_store();
        store.watch(&front, "front").unwrap();
        assert_eq!(store.take_events(), [(front.clone(), "front".to_string())]);
        let (guest_store, states) = (guest.store(), vdispl::backend_path(GUEST, dom0.id(), 0));
        let mut tasks = Tasks::default();
        let handle = tasks.spawn(async move {
            let mut watch = guest_store.watch(&states).await.unwrap();
            watch.changed().await;
            guest_store.write("device/vdispl/0/state", b"3").await.unwrap();
            watch.changed().await;
            guest_store.read(&format!("{states}/state")).await
        });
        world.run_until_stalled(&mut tasks);
        assert_eq!(store.take_events(), [(format!("{front}/state"), "front".to_string())]);
        assert!(!handle.is_finished() && !store.has_events());
        BackStore::write(&store, &format!("{back}/state"), b"4").unwrap();
        world.run_until_stalled(&mut tasks);
        assert_eq!(handle.take(), Some(Ok(b"4".to_vec())));
        assert_eq!(guest.usage().watches, 0);
    }

    #[test]
    fn a_transaction_is_written_whole_or_not_at_all() {
        let (world, _, guest) = two_domains();
        let store = guest.store();
        let nodes = ["data/a", "device/forbidden"].map(|path| (path.to_string(), "1".to_string()));
        world.block_on(async move {
            assert_eq!(store.write_together(&nodes).await, Err(StoreError::Denied));
            assert_eq!(store.read("data/a").await, Err(StoreError::NotFound));
            store.write_together(&nodes[..1]).await.unwrap();
            assert_eq!(store.read("data/a").await.unwrap(), b"1");
        });
    }

    #[test]
    fn a_transaction_that_meets_another_change_starts_again() {
        let (world, _, guest) = two_domains();
        world.set_answer_time(Duration::from_millis(2));
        let mut tasks = Tasks::default();
        let store = guest.store();
        let nodes = [("data/a".to_string(), "1".to_string())];
        let handle =
            tasks.spawn(async move { (store.write_together(&nodes).await, store.write_together(&nodes).await) });
        world.run_until_stalled(&mut tasks);
        world.advance(Duration::from_millis(1));
        world.store_write("/local/domain/5/data/a", "other");
        world.run_for(Duration::from_secs(1), &mut tasks, &mut Turn::default);
        assert_eq!(handle.take(), Some((Err(StoreError::Again), Ok(()))));
        assert_eq!(store_written(&world, "/local/domain/5/data/a"), "1");
    }

    #[test]
    fn the_end_of_a_domain_is_told() {
        let (world, dom0, guest) = two_domains();
        let store = dom0.sync_store();
        store.watch("@releaseDomain", "released").unwrap();
        store.watch("/local/domain/5", "home").unwrap();
        store.take_events();
        let pages = guest.allocate(1).unwrap();
        let mapping = dom0.map(GUEST, &grant_all(&guest, &pages)).unwrap();
        let port = guest.allocate_port(dom0.id()).unwrap();
        let local = dom0.bind_port(GUEST, port).unwrap();
        world.destroy(GUEST);
        let events = ["@releaseDomain", "/local/domain/5"].map(|path| path.to_string());
        let told: Vec<String> = store.take_events().into_iter().map(|(path, _)| path).collect();
        assert_eq!(told, events);
        mapping.memory().write_u8(0, 1);
        dom0.notify(local);
        dom0.close_port(local);
        drop((mapping, pages));
        assert!(world.violations().is_empty() && !guest.is_alive());
        assert_eq!(world.domain(GUEST).usage(), Usage::default());
        assert_eq!(dom0.map(GUEST, &[GrantRef(8)]).err(), Some(MapError::BadReference(GrantRef(8))));
    }
}

mod faults {
    use super::*;

    #[test]
    fn every_operation_can_be_made_to_fail() {
        let (world, dom0, guest) = two_domains();
        let pages = guest.allocate(1).unwrap();
        let reference = grant_all(&guest, &pages)[0];
        let port = guest.allocate_port(dom0.id()).unwrap();
        let local = dom0.bind_port(GUEST, port).unwrap();
        dom0.take_events();
        world.set_faults(|_: DomainId, operation: &Operation<'_>| {
            Some(match operation {
                Operation::Notify(_) | Operation::Write(..) => Fault::Lose,
                Operation::Read(_) => Fault::Value(b"wrong".to_vec()),
                Operation::Directory(_) => Fault::Names(["9".to_string()].into()),
                Operation::WriteTogether(_) => Fault::Store(StoreError::Again),
                Operation::Remove(_) | Operation::Watch(_) => Fault::Store(StoreError::Busy),
                Operation::Unmap(_) | Operation::ClosePort(_) | Operation::Unwatch(_) => return None,
                _ => Fault::Refuse,
            })
        });
        assert!(guest.allocate(1).is_err() && guest.grant(dom0.id(), pages.gfn(0), Access::ReadWrite).is_err());
        assert_eq!(guest.end_grant(reference), Err(GrantInUse));
        assert!(guest.allocate_port(dom0.id()).is_err() && dom0.map(GUEST, &[reference]).is_err());
        guest.notify(port);
        assert!(!dom0.has_events());
        let store = guest.store();
        world.block_on(async move {
            assert_eq!(store.write("data/a", b"1").await, Ok(()));
            assert_eq!(store.read("data/a").await.unwrap(), b"wrong");
            assert_eq!(store.directory("data").await.unwrap(), ["9"]);
            assert_eq!(store.write_together(&[]).await, Err(StoreError::Again));
            assert_eq!(store.remove("data").await, Err(StoreError::Busy));
            assert!(store.watch("data").await.is_err());
        });
        world.clear_faults();
        assert_eq!(world.store_read("/local/domain/5/data/a"), None);
        dom0.close_port(local);
        assert_eq!(guest.end_grant(reference), Ok(()));
    }

    #[test]
    fn a_fault_may_use_the_world_it_is_called_from() {
        let (world, dom0, guest) = two_domains();
        let pages = guest.allocate(1).unwrap();
        let reference = grant_all(&guest, &pages)[0];
        let port = guest.allocate_port(dom0.id()).unwrap();
        let breaker = guest.clone();
        world.set_faults(move |_: DomainId, operation: &Operation<'_>| {
            if matches!(operation, Operation::Notify(_)) {
                breaker.granted(reference).unwrap().memory().write_u8(0, 0xff);
                breaker.notify(port);
            }
            None
        });
        guest.notify(port);
        assert_eq!(pages.memory().read_u8(0), 0xff);
        guest.end_grant(reference).unwrap();
    }

    #[test]
    #[should_panic(expected = "does not fit an allocation")]
    fn a_fault_that_makes_no_sense_is_the_tests_mistake() {
        let (world, _, guest) = two_domains();
        world.set_faults(|_: DomainId, _: &Operation<'_>| Some(Fault::Lose));
        let _ = guest.allocate(1);
    }

    #[test]
    fn what_is_done_can_be_recorded() {
        let (world, dom0, guest) = two_domains();
        world.record();
        let port = guest.allocate_port(dom0.id()).unwrap();
        guest.notify(port);
        assert_eq!(world.trace(), ["d5 AllocatePort(DomainId(0))", "d5 Notify(Port(1))"]);
    }
}
