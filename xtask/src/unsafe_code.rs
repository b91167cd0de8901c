//! Looks through the workspace's sources for `unsafe`: where it is, and how much of it.
//!
//! That each block says why it is sound is for clippy (`undocumented_unsafe_blocks`) to see.

use anyhow::{Context, Result};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

/// The folders of the workspace with code of ours.
const FOLDERS: [&str; 13] = [
    "xen",
    "kernel",
    "frontend",
    "gfx",
    "kit",
    "assets",
    "backend",
    "preview",
    "src",
    "examples",
    "xtask",
    "tests",
    "bench/scenes",
];

/// Where unsafe code may be: files, or folders with a slash at the end.
const ALLOWED: [&str; 8] = [
    // The machine.
    "kernel/src/",
    // Memory that another domain may write, the hypercalls, and the fake's memory.
    "xen/src/memory.rs",
    "xen/src/hypercall.rs",
    "xen/src/fake/pages.rs",
    // Tests that make such memory out of their own.
    "xen/src/ring/tests.rs",
    "xen/src/io/displif/directory.rs",
    // The name by which the C library calls a preview; a macro's text.
    "preview/src/entry.rs",
    // Xen's device nodes and the frame buffer, in dom0.
    "backend/src/device/",
];

/// How much unsafe code there is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// `unsafe { ... }`
    pub blocks: usize,
    /// `unsafe fn`, and `unsafe extern` with a function or with a block of them.
    pub functions: usize,
    /// `unsafe impl`
    pub implementations: usize,
    /// `#[unsafe(...)]`
    pub attributes: usize,
}

impl Count {
    /// Whether there is none.
    pub fn is_zero(&self) -> bool {
        *self == Count::default()
    }

    fn add(&mut self, other: Count) {
        self.blocks += other.blocks;
        self.functions += other.functions;
        self.implementations += other.implementations;
        self.attributes += other.attributes;
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Count { blocks, functions, implementations, attributes } = self;
        write!(f, "{blocks} blocks, {functions} functions, {implementations} implementations, {attributes} attributes")
    }
}

/// What [`survey`] found.
#[derive(Debug, Default)]
pub struct Survey {
    /// The count of each folder of [`FOLDERS`].
    pub folders: Vec<(&'static str, Count)>,
    /// Files with unsafe code that may have none.
    pub outside: Vec<PathBuf>,
}

/// Looks through the workspace at `root`.
///
/// # Errors
///
/// A file can't be read.
pub fn survey(root: &Path) -> Result<Survey> {
    let mut survey = Survey::default();
    for folder in FOLDERS {
        let mut files = vec![];
        sources(&root.join(folder), &mut files)?;
        let mut sum = Count::default();
        for file in files {
            let text = fs::read_to_string(&file).with_context(|| format!("can't read {}", file.display()))?;
            let count = count(&text);
            sum.add(count);
            let name = file.strip_prefix(root).expect("the file is of this folder");
            if !count.is_zero() && !is_allowed(name) {
                survey.outside.push(name.to_owned());
            }
        }
        survey.folders.push((folder, sum));
    }
    Ok(survey)
}

fn is_allowed(name: &Path) -> bool {
    let name = name.to_string_lossy();
    ALLOWED.iter().any(|allowed| match allowed.ends_with('/') {
        true => name.starts_with(allowed),
        false => name == *allowed,
    })
}

/// All Rust files below `folder`, in order; cargo's output is none of them.
fn sources(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("can't read {}", folder.display()))?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            sources(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// Counts what follows each word `unsafe` in code.
fn count(text: &str) -> Count {
    let code = code_of(text);
    let mut count = Count::default();
    let mut rest = code.as_str();
    while let Some(at) = rest.find("unsafe") {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let (before, after) = (&rest[..at], &rest[at + "unsafe".len()..]);
        rest = after;
        if before.ends_with(is_word) || after.starts_with(is_word) {
            continue;
        }
        let next = after.trim_start();
        let first_word = next.split(|c| !is_word(c)).next().unwrap_or_default();
        match first_word {
            "fn" | "extern" => count.functions += 1,
            "impl" => count.implementations += 1,
            _ if next.starts_with('{') => count.blocks += 1,
            _ if next.starts_with('(') => count.attributes += 1,
            _ => {}
        }
    }
    count
}

/// Rust source without comments and without the content of strings.
fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            length_to(rest, 2, "*/")
        } else if let Some(quotes) = raw_string_end(rest) {
            length_to(rest, quotes.len() + 1, &quotes)
        } else if first == '"' {
            string_length(rest)
        } else if rest.starts_with("'\"'") {
            3
        } else if rest.starts_with("'\\\"'") {
            4
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        };
        code.push(' ');
        rest = &rest[skipped..];
    }
    code
}

/// The length up to and with `end`, looked for from `from` on.
fn length_to(text: &str, from: usize, end: &str) -> usize {
    text[from..].find(end).map_or(text.len(), |at| from + at + end.len())
}

/// How a raw string ends that begins here.
fn raw_string_end(text: &str) -> Option<String> {
    let rest = text.strip_prefix('r')?;
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    rest[hashes..].starts_with('"').then(|| format!("\"{}", "#".repeat(hashes)))
}

/// The length of a string with its quotes.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_counted() {
        let text = "unsafe { a() }\nunsafe fn b() {}\npub unsafe extern \"C\" fn c() {}\nunsafe impl D for E {}\n\
                    #[unsafe(no_mangle)]\nunsafe\n{ f() }";
        let found = count(text);
        assert_eq!(found, Count { blocks: 2, functions: 2, implementations: 1, attributes: 1 });
    }

    #[test]
    fn comments_strings_and_longer_words_are_no_code() {
        for text in [
            "// unsafe { }",
            "/* unsafe { } */",
            "\"unsafe { \\\" unsafe {\"",
            "r#\"unsafe { \" unsafe {\"#",
            "#![forbid(unsafe_code)]",
            "not_unsafe { }",
        ] {
            assert!(count(text).is_zero(), "{text}");
        }
        assert_eq!(count("'\"'; unsafe { } // \"").blocks, 1);
        assert_eq!(count("for r in 0..1 { unsafe { } }").blocks, 1);
    }

    #[test]
    fn unsafe_code_has_its_places() {
        assert!(is_allowed(Path::new("kernel/src/arch/trap.rs")));
        assert!(is_allowed(Path::new("xen/src/memory.rs")));
        assert!(!is_allowed(Path::new("xen/src/memory.rs.rs")));
        assert!(!is_allowed(Path::new("frontend/src/lib.rs")));
    }
}
