//! Reading small files and making private ones, with errors that a beginner understands.

use super::{Refusal, quoted};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::Path,
};

/// No file of ours is larger; a mistaken path such as `/dev/zero` must not fill the memory.
const LARGEST: u64 = 1024 * 1024;

/// The bytes of `path`, or `None` when there is no such file.
pub(super) fn read_bytes(path: &Path) -> Result<Option<Vec<u8>>, Refusal> {
    let refuse = |error: &io::Error| Refusal::io("read", path, error);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(refuse(&error)),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| refuse(&error))?;
    if bytes.len() as u64 > LARGEST {
        return Err(Refusal::new(
            format!("{} is larger than 1 MiB", path.display()),
            "name the right file",
        ));
    }
    Ok(Some(bytes))
}

/// The text of `path`, or `None` when there is no such file.
///
/// # Errors
/// A file that cannot be read, is larger than 1 MiB, or is not UTF-8.
pub fn read_text(path: &Path) -> Result<Option<String>, Refusal> {
    let Some(bytes) = read_bytes(path)? else {
        return Ok(None);
    };
    String::from_utf8(bytes).map(Some).map_err(|error| {
        let position = error.utf8_error().valid_up_to() + 1;
        Refusal::new(
            format!("{} is not UTF-8 text (byte {position})", path.display()),
            "write it anew with a plain text editor",
        )
    })
}

/// Refuses a file or folder with secrets that group or others can open.
///
/// # Errors
/// The `chmod` to run.
pub fn refuse_if_shared(path: &Path) -> Result<(), Refusal> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let metadata = fs::metadata(path).map_err(|error| Refusal::io("read", path, &error))?;
        let mode = metadata.permissions().mode() & 0o777;
        let ours = if metadata.is_dir() { "700" } else { "600" };
        if mode & 0o077 != 0 {
            let file = path.display();
            return Err(Refusal::new(
                format!("{file} holds secrets, and other users can open it (mode {mode:03o})"),
                format!("chmod {ours} {}", quoted(path)),
            ));
        }
    }
    Ok(())
}

/// Makes `path` with `contents`, mode 0600, whole or not at all; never overwrites.
///
/// # Errors
/// `AlreadyExists` when another copy was faster: read what it wrote.
pub(super) fn write_private(path: &Path, contents: &[u8]) -> io::Result<()> {
    written_beside(path, contents)?.persist_noclobber(path)?;
    Ok(())
}

/// Makes `path` with `contents`, mode 0600, whole or not at all; what was there stays until
/// then. Folders that are missing are made, for their owner alone.
///
/// # Errors
/// What the operating system said.
pub fn write_whole(path: &Path, contents: &[u8]) -> io::Result<()> {
    written_beside(path, contents)?.persist(path)?;
    Ok(())
}

/// `contents` under a temporary name in the folder of `path`: two copies that start together
/// must not read each other's half-written key. `tempfile` makes its files 0600, whatever the
/// umask.
fn written_beside(path: &Path, contents: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    private_folder(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(non_empty(folder))?;
    file.write_all(contents)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Holds the folder of `path`, made if need be, for this process alone until the result is
/// dropped: two first starts must not make two halves of a pair each. A file of its own is
/// locked, since a network file system may lock no folders.
pub(super) fn lock_folder_of(path: &Path) -> Result<File, Refusal> {
    let folder = non_empty(path.parent().unwrap_or(Path::new(".")));
    let lock = || {
        private_folder(folder)?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        // Whoever can open it can lock it, and no copy of ours would start.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(folder.join(".lock"))?;
        file.lock()?;
        Ok(file)
    };
    lock().map_err(|error: io::Error| Refusal::io("write into", folder, &error))
}

/// Whether `path` could be made: its folder, or the nearest one that is there, takes files.
///
/// # Errors
/// What the operating system said.
pub fn could_make(path: &Path) -> Result<(), Refusal> {
    let mut folders = path.ancestors().skip(1).map(non_empty);
    let folder = folders
        .find(|folder| folder.exists())
        .unwrap_or(Path::new("/"));
    // Made and gone again: permissions alone do not tell about a full or read-only disk.
    let probe = tempfile::Builder::new()
        .prefix(".sweatbox-")
        .tempfile_in(folder);
    probe
        .map(drop)
        .map_err(|error| Refusal::io("write into", folder, &error))
}

/// Makes an empty file of mode 0600 at `path` unless there is one; an existing file that other
/// users can open is refused.
///
/// # Errors
/// What the operating system said, or the `chmod` to run.
pub fn private_file(path: &Path) -> Result<(), Refusal> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => refuse_if_shared(path),
        Err(error) => Err(Refusal::io("make", path, &error)),
    }
}

/// Makes `folder`, and those above it that are missing, for their owner alone, whatever the
/// umask; one that is there stays as it is.
///
/// # Errors
/// What the operating system said.
pub fn private_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(non_empty(folder))
}

/// The parent of a bare file name is the empty path, which no system call takes.
fn non_empty(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}
