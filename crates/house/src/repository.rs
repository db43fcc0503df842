//! Finding files: the repository as a folder, without what was built or downloaded.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Folders that hold nothing written by hand.
const SKIPPED: [&str; 6] = ["target", "node_modules", "dist", "corpus", "artifacts", "demo"];

/// The repository this crate stands in.
#[derive(Clone, Debug)]
pub struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The one two folders above this crate.
    pub fn here() -> Self {
        Self { root: Path::new(env!("CARGO_MANIFEST_DIR")).join("../..") }
    }
    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }
    /// The text of one file.
    pub fn read(&self, path: impl AsRef<Path>) -> io::Result<String> {
        fs::read_to_string(self.root.join(path))
    }
    /// The manifest of the crate in `crates/NAME`.
    pub fn manifest(&self, name: &str) -> Result<toml::Table, String> {
        let path = format!("crates/{name}/Cargo.toml");
        let text = self.read(&path).map_err(|e| format!("{path}: {e}"))?;
        text.parse().map_err(|e| format!("{path}: {e}"))
    }
    /// All files below `folder` with one of these extensions, as paths from the root, sorted.
    pub fn files(&self, folder: &str, extensions: &[&str]) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        self.walk(&self.root.join(folder), extensions, &mut found)?;
        found.sort();
        Ok(found)
    }
    /// The names of the crates under `crates/`, sorted.
    pub fn crates(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.root.join("crates"))? {
            let entry = entry?;
            if entry.path().join("Cargo.toml").is_file() {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.sort();
        Ok(names)
    }

    fn walk(&self, folder: &Path, extensions: &[&str], found: &mut Vec<PathBuf>) -> io::Result<()> {
        if !folder.is_dir() {
            return Ok(());
        }
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && !SKIPPED.contains(&name.as_str()) {
                    self.walk(&path, extensions, found)?;
                }
            } else if path.extension().is_some_and(|e| extensions.iter().any(|known| e == *known)) {
                found.push(path.strip_prefix(&self.root).unwrap_or(&path).to_path_buf());
            }
        }
        Ok(())
    }
}
