//! Sees to it that there is a folder to embed: the web app is built by `make`, and this crate compiles without it.

fn main() {
    let app = "../../web/dist";
    // a missing folder would make cargo run this at every build; an empty one is shown as a page that says so
    if let Err(e) = std::fs::create_dir_all(app) {
        println!("cargo::warning=cannot make {app}: {e}");
    }
    println!("cargo::rerun-if-changed={app}");
}
