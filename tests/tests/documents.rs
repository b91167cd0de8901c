//! What the documents name exists.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The project's top folder.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Folders with tests.
const FOLDERS: [&str; 7] = ["xen", "kernel", "frontend", "gfx", "backend", "xtask", "tests"];

/// `docs/displif.md` names tests between backticks, in the last column of its tables.
#[test]
fn the_tests_that_show_the_protocol_exist() {
    let text = fs::read_to_string(format!("{ROOT}/docs/displif.md")).unwrap();
    let known = tests();
    let named: Vec<&str> = text.lines().filter_map(last_column).flat_map(in_backticks).collect();
    assert!(named.len() > 100, "the tables are not read: {named:?}");
    let missing: Vec<_> = named.into_iter().filter(|name| !known.contains(*name)).collect();
    assert!(missing.is_empty(), "docs/displif.md names tests that don't exist: {missing:#?}");
}

fn last_column(line: &str) -> Option<&str> {
    line.strip_prefix('|')?.strip_suffix('|')?.rsplit('|').next()
}

fn in_backticks(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The names of all tests.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in FOLDERS {
        collect(&Path::new(ROOT).join(folder), &mut names);
    }
    names
}

fn collect(folder: &Path, names: &mut BTreeSet<String>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            names.extend(text.split("#[test]").skip(1).filter_map(|rest| word(rest.split_once("fn ")?.1)));
            if path.parent().is_some_and(|parent| parent.ends_with("boot")) {
                // A boot test is a pair of its name and what it does.
                names.extend(text.split("(\"").skip(1).filter_map(word));
            }
        }
    }
}

/// The word at the start of a text.
fn word(text: &str) -> Option<String> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
    Some(text[..end].to_owned())
}
