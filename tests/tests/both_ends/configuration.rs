//! Configurations that can't work: each ends in a message that names what is wrong, at the end that reads it first.

use vitrine_frontend::{Error, Pacing};
use vitrine_xen::DomainId;
use vitrine_xen::fake::{Fault, Operation, Vdispl, vdispl};
use vitrine_xen::io::displif::nodes::BadResolution;
use vitrine_xen::platform::StoreError;
use vitrine_xen::xenbus::XenbusState;

use crate::setup::{Both, DOM0, GUEST};

/// Lets the front end go where the back end would not let it: the test says InitWait in its place.
fn front_end_alone(configuration: &Vdispl) -> (Both, Result<(), Error>) {
    let mut both = Both::without_device();
    both.world.add_vdispl(GUEST, DOM0, 0, configuration);
    both.world.store_write(&format!("{}/state", vdispl::backend_path(GUEST, DOM0, 0)), "2");
    let (display, _) = both.open(Pacing::Free).unwrap();
    let outcome = both.run(async move { display.ready().await.map(|_| ()) });
    both.settle();
    (both, outcome)
}

#[test]
fn no_vdispl_is_said_with_an_example() {
    let mut both = Both::without_device();
    let error = both.open(Pacing::Free).err().unwrap();
    assert_eq!(error, Error::NoDevice);
    assert!(error.to_string().contains("vdispl=['backend=0,be-alloc=0,connectors="));
}

#[test]
fn a_bad_resolution_is_quoted() {
    let bad = [
        ("1024", BadResolution::NotTwoNumbers),
        ("", BadResolution::NotTwoNumbers),
        ("wide x high", BadResolution::NotTwoNumbers),
        ("0x0", BadResolution::OutOfRange),
        ("1024x0", BadResolution::OutOfRange),
        ("99999x99999", BadResolution::OutOfRange),
        ("4294967297x1", BadResolution::OutOfRange),
    ];
    for (text, problem) in bad {
        let (both, outcome) = front_end_alone(&Vdispl::one("Virtual-1", text));
        let path = "device/vdispl/0/0/resolution".to_string();
        let error = Error::Resolution(path, text.to_string(), problem);
        assert_eq!(outcome, Err(error.clone()));
        assert_eq!(both.guests_error(), format!("-22 {error}"));
        assert_eq!(both.states().0, XenbusState::Closed);
        assert_eq!(both.guest.usage().grants, 0);
    }
}

#[test]
fn the_back_end_does_not_offer_what_it_can_not_show() {
    let bad = [
        Vdispl::one("Virtual-1", "1024"),
        Vdispl::one("Virtual-1", "0x0"),
        Vdispl::one("Nowhere-9", "64x64"),
        Vdispl::one("", "64x64"),
        Vdispl::one("Virtual-1", "64x64").and("Virtual-2", "nonsense"),
        Vdispl { connectors: Vec::new(), ..Vdispl::one("", "") },
    ];
    for configuration in bad {
        let both = Both::with(&configuration);
        assert_eq!(both.states().1, XenbusState::Closed, "{configuration:?}");
        let error = both.world.store_read("/local/domain/0/error/backend/vdispl/5/0/error");
        assert!(error.is_some_and(|text| text.starts_with(b"-22 ")), "{configuration:?}");
        assert_eq!(both.dom0.usage().mapping, 0);
    }
}

#[test]
fn buffers_of_the_back_end_are_refused_with_the_way_out() {
    let configuration = Vdispl { be_alloc: "1".to_string(), ..Vdispl::one("Virtual-1", "64x64") };
    let (both, outcome) = front_end_alone(&configuration);
    assert_eq!(outcome, Err(Error::BackendAllocates));
    assert!(both.guests_error().contains("be-alloc=0"));
}

#[test]
fn a_back_end_that_is_no_domain_is_refused() {
    for id in ["", "x", "-1", "32752", "65536", "99999999999"] {
        let mut both = Both::new();
        both.world.store_write(&format!("{}/backend-id", vdispl::frontend_path(GUEST, 0)), id);
        assert_eq!(both.open(Pacing::Free).err(), Some(Error::BackendId(id.to_string())));
    }
}

#[test]
fn a_node_that_can_not_be_read_is_named() {
    for node in ["device/vdispl/0/be-alloc", "device/vdispl/0/0/resolution", "device/vdispl/0/0/unique-id"] {
        let mut both = Both::new();
        both.world.set_faults(move |caller: DomainId, operation: &Operation<'_>| {
            (caller == GUEST && *operation == Operation::Read(node)).then_some(Fault::Store(StoreError::Denied))
        });
        let (display, _) = both.open(Pacing::Free).unwrap();
        let outcome = both.run(async move { display.ready().await });
        assert_eq!(outcome.err(), Some(Error::Node(node.to_string(), StoreError::Denied)));
    }
}

#[test]
fn garbage_in_any_node_is_survived() {
    let garbage: [&[u8]; 5] = [b"", b"\0", &[0xff; 4096], b"18446744073709551616", b"../../0"];
    for node in ["backend", "backend-id", "be-alloc", "0/resolution", "0/unique-id", "state"] {
        for value in garbage {
            let mut both = Both::new();
            both.world.store_write(&format!("{}/{node}", vdispl::frontend_path(GUEST, 0)), value);
            if let Ok((display, _)) = both.open(Pacing::Free) {
                both.tasks.spawn(async move { display.ready().await });
                both.run_for(crate::setup::LONG);
            }
            assert!(both.world.violations().is_empty(), "{node} {value:?}");
        }
    }
}
