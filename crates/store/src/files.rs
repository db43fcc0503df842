//! Files that only their owner may read, written whole or not at all.
//!
//! A secret is written to a file beside its place, flushed, and linked into place: linking fails when the name is
//! taken, so two processes cannot overwrite each other's key. Permission bits mean something on Unix only.

use crate::{Error, Result};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use vocab::{Phrase, phrase};
use zeroize::Zeroizing;

/// Longest secret file that is read, in bytes.
const SECRET_BYTES_MAX: u64 = 4096;

fn reading() -> Phrase {
    phrase("read", "读取")
}

pub(crate) fn failed<'a>(action: Phrase, path: &'a Path) -> impl Fn(std::io::Error) -> Error + 'a {
    move |source| Error::Io { action: action.clone(), path: path.to_owned(), source }
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(Error::Random)?;
    Ok(bytes)
}

/// Makes the folder, for its owner alone, when it is not there.
pub(crate) fn ensure_folder(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(failed(phrase("create the folder", "创建文件夹"), folder))
}

pub(crate) fn owner_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes the names in `folder` outlive a power cut.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    // Windows cannot open a folder as a file and keeps names in its journal
    #[cfg(unix)]
    File::open(folder).and_then(|f| f.sync_all()).map_err(failed(phrase("flush", "刷写"), folder))?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Writes `folder/name`; [`Error::Exists`] when there is one.
pub(crate) fn write_secret(folder: &Path, name: &str, text: &str) -> Result<()> {
    ensure_folder(folder)?;
    let path = folder.join(name);
    let partial = folder.join(format!(".{name}.{:016x}", u64::from_le_bytes(random()?)));
    let written = owner_only()
        .write(true)
        .create_new(true)
        .open(&partial)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::hard_link(&partial, &path));
    // whatever happened, no second copy of a secret stays behind; the first error is the one to tell
    let removed = fs::remove_file(&partial);
    written.map_err(|source| match source.kind() {
        ErrorKind::AlreadyExists => Error::Exists { path: path.clone() },
        _ => Error::Io { action: phrase("write", "写入"), path: path.clone(), source },
    })?;
    removed.map_err(failed(phrase("remove", "删除"), &partial))?;
    sync_folder(folder)
}

/// Reads `folder/name`, refusing what others can read.
pub(crate) fn read_secret(folder: &Path, name: &str, kind: Phrase) -> Result<Zeroizing<String>> {
    let path = folder.join(name);
    let file = File::open(&path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => Error::Missing { path: path.clone() },
        _ => Error::Io { action: reading(), path: path.clone(), source },
    })?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = file.metadata().map_err(failed(reading(), &path))?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(Error::Exposed { path, mode });
        }
    }
    // room for all of it at once: a growing string would leave copies in freed memory
    let mut text = Zeroizing::new(String::with_capacity(SECRET_BYTES_MAX as usize + 1));
    match file.take(SECRET_BYTES_MAX + 1).read_to_string(&mut text) {
        Ok(length) if length as u64 <= SECRET_BYTES_MAX => Ok(text),
        Ok(_) => Err(Error::Damaged {
            path,
            kind,
            detail: phrase(
                format!("longer than {SECRET_BYTES_MAX} bytes"),
                format!("超过 {SECRET_BYTES_MAX} 字节"),
            ),
        }),
        Err(e) if e.kind() == ErrorKind::InvalidData => {
            Err(Error::Damaged { path, kind, detail: phrase("not text", "不是文本") })
        }
        Err(source) => Err(Error::Io { action: reading(), path, source }),
    }
}
