//! What the fuzz targets do, on the kept corpus and on a number of inputs that are the same in every run. Finding something
//! new is the fuzzer's part (`fuzz/README.md`); this shows that what it has gone through once still holds.

use std::path::PathBuf;

use proptest::prelude::Rng;
use proptest::test_runner::{RngAlgorithm, TestRng};
use vitrine_tests::fuzz::{TARGETS, Target};

/// Inputs beside the corpus, half of them made from its files.
const GENERATED: usize = 300;
/// The longest of them.
const LONGEST: usize = 700;

fn corpus(target: &Target) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus").join(target.name);
    let entries = folder.read_dir().unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// Some bytes of a known input are others now.
fn changed(random: &mut TestRng, known: &[u8]) -> Vec<u8> {
    let mut bytes = known.to_vec();
    for _ in 0..=random.next_u32() % 8 {
        if let Some(byte) = (random.next_u32() as usize).checked_rem(bytes.len()) {
            bytes[byte] = random.next_u32() as u8;
        }
    }
    bytes
}

fn anything(random: &mut TestRng) -> Vec<u8> {
    let mut bytes = vec![0; random.next_u32() as usize % LONGEST];
    random.fill_bytes(&mut bytes);
    bytes
}

fn replay(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("there is such a target");
    let corpus = corpus(target);
    assert!(!corpus.is_empty(), "{name} has no corpus");
    corpus.iter().for_each(|bytes| (target.body)(bytes));
    let mut random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    for number in 0..GENERATED {
        let bytes = match number % 2 {
            0 => anything(&mut random),
            _ => changed(&mut random, &corpus[number % corpus.len()]),
        };
        (target.body)(&bytes);
    }
}

#[test]
fn responses() {
    replay("responses");
}

#[test]
fn events() {
    replay("events");
}

#[test]
fn xenstore_values() {
    replay("xenstore");
}

#[test]
fn pages_that_the_back_end_fills() {
    replay("filled");
}

#[test]
fn edids() {
    replay("edid");
}

#[test]
fn requests() {
    replay("requests");
}

#[test]
fn page_directories() {
    replay("directories");
}

#[test]
fn png_pictures() {
    replay("png");
}

#[test]
fn qoi_pictures() {
    replay("qoi");
}

#[test]
fn bmp_pictures() {
    replay("bmp");
}
