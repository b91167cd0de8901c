//! Configurations that can't work: each ends in a message that names what is wrong, at the end that reads it first.

use vitrine_frontend::config::{self, BadValue, Configuration, MOST_CONNECTORS};
use vitrine_frontend::{Error, Pacing};
use vitrine_xen::DomainId;
use vitrine_xen::fake::{Fault, Operation, Vdispl, vdispl};
use vitrine_xen::io::displif::nodes::{BadResolution, BadVersions};
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

/// What the front end reads of this device.
fn read(both: &mut Both) -> Result<Configuration, Error> {
    let store = both.guest.store();
    both.run(async move {
        let location = config::locate(&store, 0).await?;
        config::read_version(&store, &location.backend_path).await?;
        config::read_configuration(&store, &location.path).await
    })
}

/// The same where a node of the device's folder has this value.
fn read_with(node: &str, value: &str) -> Result<Configuration, Error> {
    let mut both = Both::without_device();
    both.world.add_vdispl(GUEST, DOM0, 0, &Vdispl::one("Virtual-1", "64x64"));
    both.world.store_write(&format!("{}/{node}", vdispl::frontend_path(GUEST, 0)), value);
    read(&mut both)
}

/// The same where the back end's folder has this list of versions.
fn read_with_versions(value: &str) -> Result<Configuration, Error> {
    let mut both = Both::without_device();
    both.world.add_vdispl(GUEST, DOM0, 0, &Vdispl::one("Virtual-1", "64x64"));
    both.world.store_write(&format!("{}/versions", vdispl::backend_path(GUEST, DOM0, 0)), value);
    read(&mut both)
}

/// The same with so many connectors.
fn with_connectors(count: usize) -> Both {
    let mut configuration = Vdispl { connectors: Vec::new(), ..Vdispl::one("", "") };
    for index in 0..count {
        configuration = configuration.and(&format!("Virtual-{index}"), &format!("64x{}", 48 + index));
    }
    let both = Both::without_device();
    both.world.add_vdispl(GUEST, DOM0, 0, &configuration);
    both
}

fn bad_value(node: &str, value: &str, problem: BadValue) -> Error {
    Error::Value(format!("device/vdispl/0/{node}"), value.as_bytes().escape_ascii().to_string(), problem)
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
        ("1024x-768", BadResolution::NotTwoNumbers),
        ("1024x768 ", BadResolution::NotTwoNumbers),
        ("1024x768@60", BadResolution::NotTwoNumbers),
        ("0x0", BadResolution::OutOfRange),
        ("1024x0", BadResolution::OutOfRange),
        ("99999x99999", BadResolution::OutOfRange),
        ("4294967297x1", BadResolution::OutOfRange),
    ];
    for (text, problem) in bad {
        let (both, outcome) = front_end_alone(&Vdispl::one("Virtual-1", text));
        let error = bad_value("0/resolution", text, BadValue::Resolution(problem));
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
fn a_back_end_that_is_no_domain_is_refused() {
    for id in ["", "x", "-1", "32752", "65536", "99999999999"] {
        let mut both = Both::new();
        both.world.store_write(&format!("{}/backend-id", vdispl::frontend_path(GUEST, 0)), id);
        assert_eq!(both.open(Pacing::Free).err(), Some(bad_value("backend-id", id, BadValue::BackendId)));
    }
}

#[test]
fn a_back_end_s_folder_that_is_no_path_is_refused() {
    for path in ["", "backend/vdispl/5/0", "/local/domain/0/back end", "/local/\n", "/\0"] {
        assert_eq!(read_with("backend", path), Err(bad_value("backend", path, BadValue::BackendPath)));
    }
}

#[test]
fn who_allocates_is_said_by_0_and_1_and_by_nothing() {
    assert!(!read_with("be-alloc", "0").unwrap().be_alloc);
    assert!(read_with("be-alloc", "1").unwrap().be_alloc);
    let mut both = Both::new();
    both.world.store_remove(&format!("{}/be-alloc", vdispl::frontend_path(GUEST, 0)));
    assert!(!read(&mut both).unwrap().be_alloc);
    for value in ["", "2", "-1", "01", "1 ", "yes", "4294967297"] {
        assert_eq!(read_with("be-alloc", value), Err(bad_value("be-alloc", value, BadValue::NotAFlag)));
    }
}

#[test]
fn the_highest_common_version_is_chosen_and_published() {
    for (versions, version) in [("1,2", "2"), ("1", "1"), ("2,3,7", "2")] {
        let mut both = Both::new();
        both.world.store_write(&format!("{}/versions", vdispl::backend_path(GUEST, DOM0, 0)), versions);
        both.open_ready();
        let published = both.world.store_read(&format!("{}/version", vdispl::frontend_path(GUEST, 0)));
        assert_eq!(published.as_deref(), Some(version.as_bytes()));
    }
}

#[test]
fn a_list_of_versions_that_can_not_be_used_is_quoted() {
    let bad = [
        ("", BadVersions::NotAList),
        ("1;2", BadVersions::NotAList),
        ("1,,2", BadVersions::NotAList),
        ("-1", BadVersions::NotAList),
        ("1,2 or so", BadVersions::NotAList),
        ("99999999999", BadVersions::NotAList),
        ("0", BadVersions::Foreign),
        ("3,4", BadVersions::Foreign),
    ];
    for (versions, problem) in bad {
        let path = format!("{}/versions", vdispl::backend_path(GUEST, DOM0, 0));
        let error = Error::Value(path, versions.to_string(), BadValue::Versions(problem));
        assert_eq!(read_with_versions(versions), Err(error));
    }
}

#[test]
fn a_name_that_no_connector_can_have_is_quoted() {
    for name in ["two words", "tab\t", "\u{1b}[2J", "naïve"] {
        assert_eq!(read_with("0/unique-id", name), Err(bad_value("0/unique-id", name, BadValue::UniqueId)));
    }
    assert_eq!(read_with("0/unique-id", "").unwrap().connectors[0].unique_id, "");
    let mut both = Both::new();
    both.world.store_remove(&format!("{}/0/unique-id", vdispl::frontend_path(GUEST, 0)));
    assert_eq!(read(&mut both).unwrap().connectors[0].unique_id, "");
}

#[test]
fn a_device_has_as_many_connectors_as_are_wanted() {
    for count in [1, 2, 16, MOST_CONNECTORS] {
        let connectors = read(&mut with_connectors(count)).unwrap().connectors;
        assert_eq!(connectors.len(), count);
        for (index, connector) in connectors.iter().enumerate() {
            assert_eq!(connector.unique_id, format!("Virtual-{index}"));
            assert_eq!(connector.resolution.height, 48 + index as u32);
        }
    }
    let count = MOST_CONNECTORS + 1;
    assert_eq!(read(&mut with_connectors(count)), Err(Error::TooManyConnectors(count)));
    assert_eq!(read(&mut with_connectors(0)), Err(Error::NoConnector(0)));
}

#[test]
fn a_gap_in_the_numbering_is_said() {
    for missing in 0..3 {
        let mut both = with_connectors(4);
        both.world.store_remove(&format!("{}/{missing}", vdispl::frontend_path(GUEST, 0)));
        let error = Error::ConnectorGap { missing, found: missing + 1 };
        assert_eq!(read(&mut both), Err(error.clone()));
        let said = format!("has a connector {}, but none with number {missing}", missing + 1);
        assert!(error.to_string().ends_with(&said), "{error}");
    }
    let mut both = with_connectors(1);
    both.world.store_write(&format!("{}/4294967295/resolution", vdispl::frontend_path(GUEST, 0)), "64x64");
    assert_eq!(read(&mut both), Err(Error::ConnectorGap { missing: 1, found: u32::MAX }));
}

#[test]
fn a_connector_without_a_resolution_is_said() {
    for index in 0..3 {
        let mut both = with_connectors(3);
        both.world.store_remove(&format!("{}/{index}/resolution", vdispl::frontend_path(GUEST, 0)));
        let path = format!("device/vdispl/0/{index}/resolution");
        assert_eq!(read(&mut both), Err(Error::Node(path, StoreError::NotFound)));
    }
}

#[test]
fn a_megabyte_of_text_is_quoted_by_its_beginning() {
    let versions = format!("{}/versions", vdispl::backend_path(GUEST, DOM0, 0));
    let nodes = ["backend", "backend-id", "be-alloc", "0/resolution", "0/unique-id"];
    let nodes = nodes.map(|node| format!("device/vdispl/0/{node}")).into_iter().chain([versions]);
    for node in nodes {
        for byte in [b'1', b'/', b',', b'x', 0xff] {
            let mut both = Both::new();
            let path = node.clone();
            both.world.set_faults(move |caller: DomainId, operation: &Operation<'_>| {
                (caller == GUEST && *operation == Operation::Read(&path)).then(|| Fault::Value(vec![byte; 1 << 20]))
            });
            let Err(Error::Value(path, quoted, problem)) = read(&mut both) else { panic!("{node} can't be used") };
            assert!(path == node && quoted.ends_with("...") && quoted.len() < 128, "{node}");
            let error = Error::Value(path, quoted, problem);
            assert!(error.to_string().len() < 500, "{error}");
        }
    }
}

#[test]
fn a_folder_with_any_names_is_survived() {
    let names = ["", "0", "00", "-1", "x", "4294967296", "resolution", "\u{fffd}"];
    for directory in ["device/vdispl", "device/vdispl/0"] {
        let mut both = Both::new();
        let names: Vec<String> = names.iter().cycle().take(100_000).map(ToString::to_string).collect();
        both.world.set_faults(move |caller: DomainId, operation: &Operation<'_>| {
            let hit = caller == GUEST && *operation == Operation::Directory(directory);
            hit.then(|| Fault::Names(names.clone()))
        });
        match directory {
            "device/vdispl" => assert!(both.open(Pacing::Free).is_ok(), "device 0 is there"),
            _ => assert_eq!(read(&mut both), Err(Error::TooManyConnectors(25_000))),
        }
    }
}

#[test]
fn a_node_that_can_not_be_read_is_named() {
    let versions = format!("{}/versions", vdispl::backend_path(GUEST, DOM0, 0));
    let nodes = ["device/vdispl/0/be-alloc", "device/vdispl/0/0/resolution", "device/vdispl/0/0/unique-id", &versions];
    for node in nodes.map(str::to_string) {
        let mut both = Both::new();
        let path = node.clone();
        both.world.set_faults(move |caller: DomainId, operation: &Operation<'_>| {
            (caller == GUEST && *operation == Operation::Read(&path)).then_some(Fault::Store(StoreError::Denied))
        });
        let (display, _) = both.open(Pacing::Free).unwrap();
        let outcome = both.run(async move { display.ready().await });
        assert_eq!(outcome.err(), Some(Error::Node(node, StoreError::Denied)));
    }
}

#[test]
fn a_folder_that_can_not_be_read_is_named() {
    let folder = "device/vdispl/0";
    let mut both = Both::new();
    both.world.set_faults(move |caller: DomainId, operation: &Operation<'_>| {
        let hit = caller == GUEST && *operation == Operation::Directory(folder);
        hit.then_some(Fault::Store(StoreError::Denied))
    });
    assert_eq!(read(&mut both), Err(Error::Node(folder.to_string(), StoreError::Denied)));
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
