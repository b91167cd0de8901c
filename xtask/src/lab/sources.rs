//! Where Debian packages come from on this machine, and the same for the lab.
//!
//! The lab has package sources of its own, made from the machine's: only Debian's suites of this release, only the
//! component `main`, and its backports besides. Mirrors, keys and options stay what the administrator set.
//! Both formats of sources.list(5) are understood: one line an entry (`*.list`) and deb822 stanzas (`*.sources`).

use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// The lab's sources, ready to be written to a folder that apt takes as `Dir::Etc::sourceparts`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// Entries of the one-line format.
    pub lines: Vec<String>,
    /// Stanzas of the deb822 format.
    pub stanzas: Vec<String>,
}

impl Sources {
    /// Reads the machine's sources below `etc` (`/etc/apt`) and keeps what the release `codename` needs.
    ///
    /// # Errors
    ///
    /// A file can't be read, or no entry is left.
    pub fn of_machine(etc: &Path, codename: &str, backports: bool) -> Result<Sources> {
        let mut sources = Sources::default();
        for path in source_files(etc)? {
            let text = fs::read_to_string(&path).with_context(|| format!("can't read {}", path.display()))?;
            if path.extension().is_some_and(|e| e == "sources") {
                sources.stanzas.extend(text_stanzas(&text).filter_map(|s| stanza_for(&s, codename, backports)));
            } else {
                sources.lines.extend(text.lines().filter_map(|l| origin_and_suite(l, codename)).flat_map(
                    |(origin, suite)| {
                        let extra = (backports && suite == codename).then(|| later(codename));
                        std::iter::once(suite).chain(extra).map(move |suite| format!("{origin} {suite} main"))
                    },
                ));
            }
        }
        if sources == Sources::default() {
            bail!(
                "no package source below {} has Debian's suite {codename}; the lab needs an entry of the form \
                 \"deb MIRROR {codename} main\" in sources.list",
                etc.display()
            );
        }
        Ok(sources)
    }

    /// Writes the sources into `folder`, in place of what was there.
    ///
    /// # Errors
    ///
    /// The folder can't be written.
    pub fn write(&self, folder: &Path) -> Result<()> {
        fs::create_dir_all(folder)?;
        fs::write(folder.join("lab.list"), self.lines.join("\n") + "\n")?;
        fs::write(folder.join("lab.sources"), self.stanzas.join("\n\n") + "\n")?;
        Ok(())
    }
}

/// The suite of packages that were made for a later release.
fn later(suite: &str) -> String {
    format!("{suite}-backports")
}

/// All files that apt would read, in its order.
fn source_files(etc: &Path) -> Result<Vec<PathBuf>> {
    let mut files = vec![];
    let list = etc.join("sources.list");
    if list.is_file() {
        files.push(list);
    }
    let mut parts: Vec<_> = match fs::read_dir(etc.join("sources.list.d")) {
        Ok(entries) => entries.flatten().map(|e| e.path()).collect(),
        Err(_) => vec![],
    };
    parts.retain(|p| p.extension().is_some_and(|e| e == "list" || e == "sources"));
    parts.sort();
    files.extend(parts);
    Ok(files)
}

/// Whether `suite` is the release itself or one of its plain updates.
fn belongs(suite: &str, codename: &str) -> bool {
    let rest = suite.strip_prefix(codename).map(|r| r.trim_end_matches('/'));
    matches!(rest, Some("" | "-updates" | "-security"))
}

/// A `deb` line up to its address, and its suite; nothing for a line that the lab has no use for.
fn origin_and_suite(line: &str, codename: &str) -> Option<(String, String)> {
    let line = line.trim();
    let rest = line.strip_prefix("deb")?.strip_prefix([' ', '\t'])?.trim_start();
    let (options, rest) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map(|(options, rest)| (format!("[{options}] "), rest))?,
        None => (String::new(), rest),
    };
    let mut words = rest.split('#').next()?.split_whitespace();
    let (uri, suite) = (words.next()?, words.next()?);
    let has_main = words.any(|component| component == "main");
    (belongs(suite, codename) && has_main).then(|| (format!("deb {options}{uri}"), suite.to_owned()))
}

/// Splits a deb822 file at its empty lines and drops comments.
fn text_stanzas(text: &str) -> impl Iterator<Item = String> + '_ {
    let lines: Vec<_> = text.lines().filter(|l| !l.starts_with('#')).collect();
    let stanzas: Vec<_> = lines.split(|l| l.trim().is_empty()).map(|s| s.join("\n")).collect();
    stanzas.into_iter().filter(|s| !s.is_empty())
}

/// A stanza cut down to the release and `main`, with backports beside the release; nothing for foreign stanzas.
fn stanza_for(stanza: &str, codename: &str, backports: bool) -> Option<String> {
    let field = |name: &str| {
        let of_name = |l: &&str| l.to_ascii_lowercase().starts_with(&format!("{}:", name.to_ascii_lowercase()));
        stanza.lines().find(of_name).and_then(|l| l.split_once(':')).map(|(_, value)| value.trim().to_owned())
    };
    let has = |name: &str, wanted: &str| field(name).unwrap_or_default().split_whitespace().any(|w| w == wanted);
    if !has("Types", "deb") || !has("Components", "main") || has("Enabled", "no") {
        return None;
    }
    let mut suites: Vec<_> =
        field("Suites")?.split_whitespace().filter(|s| belongs(s, codename)).map(str::to_owned).collect();
    if suites.is_empty() {
        return None;
    }
    if backports && suites.iter().any(|s| s == codename) {
        suites.push(later(codename));
    }
    let kept = without_fields(stanza, &["types", "suites", "components"]);
    Some(format!("Types: deb\nSuites: {}\nComponents: main\n{kept}", suites.join(" ")))
}

/// The stanza without some fields and their continuation lines. `names` are in lower case.
fn without_fields(stanza: &str, names: &[&str]) -> String {
    let mut keep = true;
    let mut kept = vec![];
    for line in stanza.lines() {
        if !line.starts_with([' ', '\t']) {
            let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
            keep = !names.contains(&name.as_str());
        }
        if keep {
            kept.push(line);
        }
    }
    kept.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_entries_keep_their_options_and_lose_other_components() {
        let line = "deb [signed-by=/k.gpg arch=amd64] http://mirror/debian bookworm main contrib # ours";
        let (origin, suite) = origin_and_suite(line, "bookworm").unwrap();
        assert_eq!(origin, "deb [signed-by=/k.gpg arch=amd64] http://mirror/debian");
        assert_eq!(suite, "bookworm");
    }

    #[test]
    fn foreign_suites_source_entries_and_comments_are_left_out() {
        for line in [
            "deb-src http://mirror/debian bookworm main",
            "# deb http://mirror/debian bookworm main",
            "deb http://mirror/debian trixie main",
            "deb http://mirror/cloud cloud-sdk-bookworm main",
            "deb http://mirror/debian bookworm contrib",
            "",
        ] {
            assert_eq!(origin_and_suite(line, "bookworm"), None, "{line}");
        }
    }

    #[test]
    fn stanzas_get_backports_and_keep_their_key() {
        let stanza = "Types: deb deb-src\nURIs: http://mirror/debian\nSuites: bookworm bookworm-updates\n\
                      Components: main contrib\nSigned-By:\n -----BEGIN\n .\n -----END";
        assert_eq!(
            stanza_for(stanza, "bookworm", true).unwrap(),
            "Types: deb\nSuites: bookworm bookworm-updates bookworm-backports\nComponents: main\n\
             URIs: http://mirror/debian\nSigned-By:\n -----BEGIN\n .\n -----END"
        );
    }

    #[test]
    fn security_stanzas_get_no_backports() {
        let stanza = "Types: deb\nURIs: http://mirror/security\nSuites: bookworm-security\nComponents: main";
        assert!(stanza_for(stanza, "bookworm", true).unwrap().contains("Suites: bookworm-security\n"));
    }

    #[test]
    fn disabled_stanzas_stay_disabled() {
        let stanza = "Types: deb\nURIs: http://m/\nSuites: bookworm\nComponents: main\nEnabled: no";
        assert_eq!(stanza_for(stanza, "bookworm", true), None);
    }

    #[test]
    fn comments_between_fields_do_not_split_a_stanza() {
        let all: Vec<_> = text_stanzas("A: 1\n# note\nB: 2\n\n\nC: 3\n").collect();
        assert_eq!(all, ["A: 1\nB: 2", "C: 3"]);
    }
}
