//! apt with a state of its own: its package lists and downloads live in the lab, and nothing counts as installed.
//!
//! So the host's packages don't matter, nothing of the host changes, and no root is needed.

use super::sources::Sources;
use crate::host;
use crate::progress;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A package at one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name, without an architecture.
    pub name: String,
    /// Debian's version string.
    pub version: String,
}

impl Package {
    /// `name=version`, as apt's command line takes it.
    pub fn pinned(&self) -> String {
        format!("{}={}", self.name, self.version)
    }

    /// The start of the downloaded file's name: apt escapes the colon of an epoch.
    fn file_prefix(&self) -> String {
        format!("{}_{}_", self.name, self.version.replace(':', "%3a"))
    }
}

/// apt, told to work inside one folder.
#[derive(Debug)]
pub struct Apt {
    folder: PathBuf,
    codename: String,
    /// Whether the package lists have the release's backports.
    pub has_backports: bool,
}

impl Apt {
    /// Makes the state in `folder` and fetches the package lists when there are none, or when `refresh` asks for it.
    ///
    /// # Errors
    ///
    /// The release is unknown, the machine has no usable package source, or the lists can't be fetched.
    pub fn open(folder: &Path, refresh: bool) -> Result<Apt> {
        let codename = codename()?;
        for part in ["sources", "lists/partial", "cache/archives/partial", "none"] {
            fs::create_dir_all(folder.join(part))?;
        }
        fs::write(folder.join("status"), "")?;
        let mut apt = Apt { folder: folder.to_owned(), codename, has_backports: true };
        let updated = folder.join("updated");
        match fs::read_to_string(&updated) {
            Ok(with) if !refresh => apt.has_backports = with == "backports",
            _ => {
                apt.has_backports = apt.update()?;
                fs::write(updated, if apt.has_backports { "backports" } else { "plain" })?;
            }
        }
        Ok(apt)
    }

    /// The name of the suite with packages of a later release.
    pub fn backports_suite(&self) -> String {
        format!("{}-backports", self.codename)
    }

    /// Fetches package lists; returns whether backports are among them.
    fn update(&self) -> Result<bool> {
        let spinner = progress::spinner("fetching Debian's package lists");
        let mut first_error = None;
        for backports in [true, false] {
            Sources::of_machine(Path::new("/etc/apt"), &self.codename, backports)?
                .write(&self.folder.join("sources"))?;
            match host::output(self.command("apt-get").args(["-q", "update", "-o", "APT::Update::Error-Mode=any"])) {
                Ok(_) => {
                    spinner.finish_and_clear();
                    if !backports {
                        crate::note!("no {} here: going on with the release's own packages", self.backports_suite());
                    }
                    return Ok(backports);
                }
                Err(error) => drop(first_error.get_or_insert(error)),
            }
        }
        spinner.finish_and_clear();
        Err(first_error.expect("two attempts were made")).context("can't fetch Debian's package lists")
    }

    /// An apt program that sees only the lab's state.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("LC_ALL", "C");
        let path = |part: &str| self.folder.join(part).display().to_string();
        for (key, value) in [
            ("Dir::Etc::sourcelist", "/dev/null".to_owned()),
            ("Dir::Etc::sourceparts", path("sources")),
            ("Dir::Etc::preferences", "/dev/null".to_owned()),
            ("Dir::Etc::preferencesparts", path("none")),
            ("Dir::State", path("")),
            ("Dir::State::lists", path("lists")),
            ("Dir::State::status", path("status")),
            ("Dir::Cache", path("cache")),
            ("APT::Sandbox::User", String::new()),
            ("APT::Install-Recommends", "false".to_owned()),
            ("APT::Architecture", "amd64".to_owned()),
            ("Acquire::Languages", "none".to_owned()),
            ("Acquire::IndexTargets::deb::DEP-11::DefaultEnabled", "false".to_owned()),
        ] {
            command.arg("-o").arg(format!("{key}={value}"));
        }
        command
    }

    /// All versions of a package that the lists know, newest first.
    ///
    /// # Errors
    ///
    /// apt-cache can't be run.
    pub fn versions(&self, package: &str) -> Result<Vec<String>> {
        let table = host::output(self.command("apt-cache").args(["madison", package]))?;
        Ok(table.lines().filter_map(|line| Some(line.split('|').nth(1)?.trim().to_owned())).collect())
    }

    /// Everything that a bare machine would have to install for `wanted`, preferring `suite` if one is given.
    ///
    /// # Errors
    ///
    /// A package is unknown, or the set can't be installed together.
    pub fn resolve(&self, wanted: &[String], suite: Option<&str>) -> Result<Vec<Package>> {
        let mut command = self.command("apt-get");
        command.args(["-s", "-q"]);
        if let Some(suite) = suite {
            command.args(["-t", suite]);
        }
        let plan = host::output(command.arg("install").args(wanted))?;
        let packages: Vec<_> = plan.lines().filter_map(planned).collect();
        if packages.is_empty() {
            bail!("apt-get planned nothing for {}", wanted.join(", "));
        }
        Ok(packages)
    }

    /// Downloads the packages that `folder` lacks; returns the files of all, in order.
    ///
    /// # Errors
    ///
    /// A download fails; what is complete stays for the next try.
    pub fn download(&self, packages: &[Package], folder: &Path, what: &str) -> Result<Vec<PathBuf>> {
        fs::create_dir_all(folder)?;
        let missing: Vec<_> = packages.iter().filter(|p| find(folder, p).is_none()).map(Package::pinned).collect();
        if !missing.is_empty() {
            let partial = folder.join("partial");
            let _ = fs::remove_dir_all(&partial);
            fs::create_dir_all(&partial)?;
            self.fetch(&missing, &partial, what)?;
            for entry in fs::read_dir(&partial)? {
                let entry = entry?;
                fs::rename(entry.path(), folder.join(entry.file_name()))?;
            }
            fs::remove_dir(&partial)?;
        }
        let file = |p: &Package| find(folder, p).with_context(|| format!("apt-get didn't download {}", p.pinned()));
        packages.iter().map(file).collect()
    }

    /// `apt-get download` into `folder`, under a progress bar.
    fn fetch(&self, pinned: &[String], folder: &Path, what: &str) -> Result<()> {
        let uris = host::output(self.command("apt-get").args(["download", "--print-uris", "-qq"]).args(pinned))?;
        // Each line is: 'URI' FILE SIZE HASH
        let total = uris.lines().filter_map(|l| l.split_whitespace().nth(2)?.parse::<u64>().ok()).sum();
        progress::watch_folder(&format!("downloading {what}"), folder, total, || {
            host::output(self.command("apt-get").args(["-qq", "download"]).args(pinned).current_dir(folder))
        })?;
        Ok(())
    }
}

/// The downloaded file of a package, if it is there.
fn find(folder: &Path, package: &Package) -> Option<PathBuf> {
    let prefix = package.file_prefix();
    let files = fs::read_dir(folder).ok()?.flatten();
    files.map(|e| e.path()).find(|p| {
        let name = p.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(&prefix) && name.ends_with(".deb")
    })
}

/// The package of a line `Inst NAME (VERSION SUITE [ARCHITECTURE])` of apt-get's plan.
fn planned(line: &str) -> Option<Package> {
    let mut words = line.strip_prefix("Inst ")?.split(' ');
    let name = words.next()?.split(':').next()?.to_owned();
    let version = words.find_map(|w| w.strip_prefix('('))?.to_owned();
    Some(Package { name, version })
}

/// The release's name, from os-release(5).
fn codename() -> Result<String> {
    let text = fs::read_to_string("/etc/os-release").context("can't tell which Linux this is")?;
    let field = |name: &str| {
        let value = text.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix('='));
        value.map(|v| v.trim_matches('"').to_owned())
    };
    field("VERSION_CODENAME").with_context(|| {
        let name = field("PRETTY_NAME").unwrap_or_else(|| "this system".to_owned());
        format!("{name} names no release: the lab takes its parts from Debian's packages and needs Debian 12 or 13")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_line_gives_name_and_version() {
        let line = "Inst libc6 (2.36-9+deb12u10 Debian:12.11/oldstable [amd64]) []";
        let package = planned(line).unwrap();
        assert_eq!(package.pinned(), "libc6=2.36-9+deb12u10");
        assert_eq!(planned("Conf libc6 (2.36-9 Debian [amd64])"), None);
    }

    #[test]
    fn an_epoch_is_escaped_in_file_names() {
        let package = Package { name: "qemu".into(), version: "1:7.2".into() };
        assert_eq!(package.file_prefix(), "qemu_1%3a7.2_");
    }
}
