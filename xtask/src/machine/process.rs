//! QEMU's process: started so that it can't outlive us, with the files of its run in one folder.

use anyhow::{Context, Result, bail};
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How long a killed QEMU may take to be gone.
const END_LIMIT: Duration = Duration::from_secs(5);

/// The start of a run folder's name; the process id and a number follow.
const FOLDER_PREFIX: &str = "vitrine-lab-";

/// All processes of this program that were not stopped yet, for [`stop_all`].
static RUNNING: Mutex<Vec<Arc<Shared>>> = Mutex::new(Vec::new());

/// A folder that only we can read, for the sockets and files of one run; it is removed with its [`Process`].
#[derive(Debug)]
pub struct RunFolder(PathBuf);

impl RunFolder {
    /// Makes a new folder among the system's temporary ones: short, since a socket's path has at most 107 bytes.
    ///
    /// # Errors
    ///
    /// The folder can't be made.
    pub fn new() -> Result<RunFolder> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let base = std::env::temp_dir();
        sweep(&base);
        let name = format!("{FOLDER_PREFIX}{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = base.join(name);
        DirBuilder::new().mode(0o700).create(&path).with_context(|| format!("can't make {}", path.display()))?;
        Ok(RunFolder(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Removes folders of runs that were killed before they could do it.
fn sweep(base: &Path) {
    let Ok(entries) = fs::read_dir(base) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(FOLDER_PREFIX).and_then(|rest| rest.split('-').next());
        if owner.is_some_and(|pid| !Path::new("/proc").join(pid).exists()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// A started QEMU. It is killed, and its folder removed, when this is dropped.
#[derive(Debug)]
pub struct Process(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    stop: Sender<()>,
    end: Arc<End>,
    folder: RunFolder,
}

/// How the process ended, once it has.
#[derive(Debug, Default)]
struct End {
    status: Mutex<Option<String>>,
    known: Condvar,
}

impl Process {
    /// Starts `command` in `folder`, with standard error in the folder's file `qemu.log`.
    ///
    /// Linux kills it when the thread that started it ends. So a thread of its own does nothing else: it starts the
    /// process, waits for the wish to stop it, and ends it.
    ///
    /// # Errors
    ///
    /// The program can't be started.
    pub fn start(mut command: Command, folder: RunFolder) -> Result<(Process, ChildStdout)> {
        let log = fs::File::create(folder.path().join("qemu.log"))?;
        command.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log);
        // The terminal's Ctrl-C comes to us alone: we end QEMU, and nobody wonders why it is gone.
        command.process_group(0);
        let (stop, stopped) = mpsc::channel();
        let end = Arc::new(End::default());
        let (started, start) = mpsc::channel();
        let ours = Arc::clone(&end);
        thread::Builder::new().name("qemu".into()).spawn(move || match command.spawn() {
            Ok(mut child) => {
                let output = child.stdout.take().expect("standard output is piped");
                let _ = started.send(Ok(output));
                let status = finish(&mut child, &stopped);
                *lock(&ours.status) = Some(status.map_or_else(|e| e.to_string(), |s| s.to_string()));
                ours.known.notify_all();
            }
            Err(error) => drop(started.send(Err(error))),
        })?;
        let output = start.recv().context("QEMU's thread ended")?.context("can't start QEMU (with setpriv)")?;
        let shared = Arc::new(Shared { stop, end, folder });
        lock(&RUNNING).push(Arc::clone(&shared));
        Ok((Process(shared), output))
    }

    /// The folder of this run.
    pub fn folder(&self) -> &Path {
        self.0.folder.path()
    }

    /// What QEMU wrote to standard error.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder().join("qemu.log")).unwrap_or_default()
    }

    /// Kills QEMU, if it still runs, and returns how it ended.
    ///
    /// # Errors
    ///
    /// It doesn't end.
    pub fn stop(&self) -> Result<String> {
        self.0.stop()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Err(error) = self.0.stop() {
            crate::note!("{error:#}");
        }
        lock(&RUNNING).retain(|other| !Arc::ptr_eq(other, &self.0));
    }
}

impl Shared {
    fn stop(&self) -> Result<String> {
        let _ = self.stop.send(());
        let status = lock(&self.end.status);
        let (status, _) = self
            .end
            .known
            .wait_timeout_while(status, END_LIMIT, |status| status.is_none())
            .unwrap_or_else(PoisonError::into_inner);
        match &*status {
            Some(status) => Ok(status.clone()),
            None => bail!("QEMU was killed and is still there after {} s", END_LIMIT.as_secs()),
        }
    }
}

/// Waits for the wish to stop and ends the child; a child that ended by itself keeps its own status.
fn finish(child: &mut Child, stopped: &Receiver<()>) -> std::io::Result<ExitStatus> {
    let _ = stopped.recv();
    if child.try_wait()?.is_none() {
        child.kill()?;
    }
    child.wait()
}

/// Ends every QEMU of this program and removes the folders of their runs: for signal handlers and panic hooks.
pub fn stop_all() {
    let running = std::mem::take(&mut *lock(&RUNNING));
    for process in running {
        let _ = process.stop();
        let _ = fs::remove_dir_all(process.folder.path());
    }
}

/// A panic elsewhere must not keep us from ending processes.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
