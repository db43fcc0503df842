//! The web app, embedded at build time from `web/dist`; any path that is no file is a page of the app.

use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use data_encoding::HEXLOWER;
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Files;

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Headwater</title>\
    <p>This program was built without its web app. Run <code>make</code> in the source folder, or use the \
    <code>headwater</code> command line and the API at <a href=\"/api/v1/openapi.json\">/api/v1</a>.</p>\
    <p lang=\"zh\">本程序构建时未包含网页应用。请在源代码目录中运行 <code>make</code>，或使用 <code>headwater</code> \
    命令行与 <a href=\"/api/v1/openapi.json\">/api/v1</a> 接口。</p></html>";

/// Answers everything that is not the API.
pub(crate) async fn page(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Files::get(path) {
        return serve(path, &file, &headers);
    }
    // a file that is gone must not come back as a page, or a browser would run HTML as a script
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if is_file {
        return StatusCode::NOT_FOUND.into_response();
    }
    match Files::get("index.html") {
        Some(index) => serve("index.html", &index, &headers),
        None => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], NOT_BUILT).into_response(),
    }
}

fn serve(path: &str, file: &EmbeddedFile, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", HEXLOWER.encode(&file.metadata.sha256_hash()[..16]));
    // the build puts a hash into the name of every file in assets/: such a name never changes its content
    let cache = if path.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    let about = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, cache.to_owned())];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, about).into_response();
    }
    let kind = file.metadata.mimetype().to_owned();
    let kind = if kind == "text/html" { "text/html; charset=utf-8".to_owned() } else { kind };
    (about, [(header::CONTENT_TYPE, kind)], file.data.to_vec()).into_response()
}
