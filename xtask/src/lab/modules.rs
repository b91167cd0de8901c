//! Linux kernel modules: finding them in the kernel's package, and the order to load them in.

use crate::host;
use anyhow::{Context, Result, bail};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The modules of one kernel package.
#[derive(Debug)]
pub struct Modules {
    files: HashMap<String, PathBuf>,
}

impl Modules {
    /// Looks for modules in an unpacked kernel package.
    ///
    /// # Errors
    ///
    /// The package has none.
    pub fn of_tree(tree: &Path) -> Result<Modules> {
        let mut files = HashMap::new();
        for base in ["lib/modules", "usr/lib/modules"] {
            collect(&tree.join(base), &mut files);
        }
        if files.is_empty() {
            bail!("{} has no kernel modules", tree.display());
        }
        Ok(Modules { files })
    }

    /// `wanted` and all that they depend on, each after its dependencies: name and content.
    ///
    /// # Errors
    ///
    /// A module isn't there or can't be read.
    pub fn in_order(&self, wanted: &[&str]) -> Result<Vec<(String, Vec<u8>)>> {
        let mut ordered = vec![];
        for name in wanted {
            self.add(name, &mut ordered)?;
        }
        Ok(ordered)
    }

    fn add(&self, name: &str, ordered: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
        let name = canonical(name);
        if ordered.iter().any(|(known, _)| *known == name) {
            return Ok(());
        }
        let path = self.files.get(&name).with_context(|| format!("the kernel package has no module {name}"))?;
        let content = content_of(path)?;
        for dependency in dependencies(&content) {
            self.add(&dependency, ordered)?;
        }
        ordered.push((name, content));
        Ok(())
    }
}

/// Module names treat `-` and `_` alike.
fn canonical(name: &str) -> String {
    name.replace('-', "_")
}

fn collect(folder: &Path, files: &mut HashMap<String, PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|e| e.path()) {
        if path.is_dir() && !path.is_symlink() {
            collect(&path, files);
        } else if let Some((name, "ko" | "ko.xz")) =
            path.file_name().and_then(|n| n.to_str()).and_then(|n| n.split_once('.'))
        {
            files.insert(canonical(name), path);
        }
    }
}

/// A module's bytes, decompressed: Debian 13 compresses modules, and dom0's shell would lose time with it.
fn content_of(path: &Path) -> Result<Vec<u8>> {
    if path.extension().is_some_and(|e| e == "ko") {
        return fs::read(path).with_context(|| format!("can't read {}", path.display()));
    }
    host::require(&[("xz", "xz-utils")])?;
    Ok(host::finish(Command::new("xz").arg("-dc").arg(path))?.stdout)
}

/// What the `depends=` string of a module's `.modinfo` section names.
fn dependencies(module: &[u8]) -> Vec<String> {
    const KEY: &[u8] = b"\0depends=";
    let Some(at) = module.windows(KEY.len()).position(|w| w == KEY) else { return vec![] };
    let value = module[at + KEY.len()..].split(|b| *b == 0).next().unwrap_or_default();
    String::from_utf8_lossy(value).split(',').filter(|n| !n.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_come_from_modinfo() {
        assert_eq!(dependencies(b"x\0license=GPL\0depends=drm,ttm\0name=bochs\0"), ["drm", "ttm"]);
        assert!(dependencies(b"\0depends=\0").is_empty());
        assert!(dependencies(b"no modinfo").is_empty());
    }
}
