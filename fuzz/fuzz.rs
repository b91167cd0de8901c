//! One binary for all targets: the environment variable `FUZZ_TARGET` names the one to run. What the targets do is in
//! `tests/src/fuzz`; how to run them is in `README.md`.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use vitrine_tests::fuzz::TARGETS;

static BODY: OnceLock<fn(&[u8])> = OnceLock::new();

fuzz_target!(
    init: {
        let name = std::env::var("FUZZ_TARGET").unwrap_or_default();
        let Some(target) = TARGETS.iter().find(|target| target.name == name) else {
            let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
            eprintln!("FUZZ_TARGET has to be one of {}", names.join(", "));
            std::process::exit(2);
        };
        let _first = BODY.set(target.body);
    },
    |data: &[u8]| BODY.get().expect("init has run")(data)
);
