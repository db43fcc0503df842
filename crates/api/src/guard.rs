//! Who may ask: the Host header, the token, the session cookie and the Origin of a page.
//!
//! A page of another site can make a browser send requests to 127.0.0.1. Its requests carry a foreign Host when a
//! name was rebound to this address (DNS rebinding), and a foreign Origin when they change anything; both are
//! refused, and the cookie is `SameSite=Strict` besides.

use crate::error::{Problem, in_chinese};
use crate::state::App;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use std::net::IpAddr;
use std::time::Instant;
use vocab::{Phrase, phrase};

/// Scripts, styles and images of our own only; nobody may frame us. Images may be made in the page (QR codes), the
/// scanner runs in a worker made in the page, and its picture comes from the camera.
const CONTENT_POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; \
    worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'";

/// Lets requests for our own names through, and puts the security headers on every answer.
pub(crate) async fn front_door(State(app): State<App>, request: Request, next: Next) -> Response {
    let chinese = text(request.headers(), header::ACCEPT_LANGUAGE)
        .is_some_and(|languages| languages.trim_start().to_ascii_lowercase().starts_with("zh"));
    let mut response = match host_is_ours(request.headers(), app.address().ip()) {
        true => next.run(request).await,
        false => {
            let problem = Problem::new(
                StatusCode::FORBIDDEN,
                "host",
                phrase(
                    "the Host header does not name this node: it may be a page that rebound its name to this machine",
                    "Host 标头指的不是本节点：可能是某个页面把自己的名称重新指向了这台机器",
                ),
            );
            axum::response::IntoResponse::into_response(problem.remedy(phrase(
                "open the node by its own address, such as http://127.0.0.1:7300",
                "请用节点自己的地址打开，例如 http://127.0.0.1:7300",
            )))
        }
    };
    if chinese {
        response = in_chinese(response);
    }
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Lets the owner through.
pub(crate) async fn owner_only(
    State(app): State<App>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let headers = request.headers();
    if let Some(shown) = text(headers, header::AUTHORIZATION).and_then(|v| v.strip_prefix("Bearer ")) {
        if !app.token().matches(shown.trim()) {
            return Err(unauthorized(phrase("this is not the node's token", "这不是本节点的令牌")));
        }
    } else if let Some(cookie) = cookie(headers, &app.cookie_name()) {
        if !app.sessions().touch(&cookie, Instant::now()) {
            return Err(unauthorized(phrase("this session has ended", "会话已结束")));
        }
        let safe = matches!(*request.method(), Method::GET | Method::HEAD);
        if !safe && !origin_is_host(headers) {
            return Err(foreign_origin());
        }
    } else {
        return Err(unauthorized(phrase("nothing shows that you may ask", "没有任何凭据表明你有权请求")));
    }
    Ok(next.run(request).await)
}

fn unauthorized(message: Phrase) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", message).remedy(
        phrase("open a link made by `headwater link`, or send `Authorization: Bearer` with the text of the file `token` in the data folder", "请打开 `headwater link` 生成的链接，或在 `Authorization: Bearer` 中发送数据文件夹内 `token` 文件的内容"),
    )
}

pub(crate) fn foreign_origin() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "origin",
        phrase("the request comes from a page of another site", "请求来自其他站点的页面"),
    )
    .remedy(phrase("use the node's own pages, or the token", "请使用节点自己的页面，或令牌"))
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The value of the cookie `name`.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let found = pairs.flat_map(|v| v.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    });
    found.map(str::to_owned)
}

/// Whether the page that asks was served under the name it asks at.
pub(crate) fn origin_is_host(headers: &HeaderMap) -> bool {
    let origin = text(headers, header::ORIGIN).and_then(|origin| origin.split_once("://"));
    origin.is_some_and(|(_, origin)| text(headers, header::HOST) == Some(origin))
}

/// Whether a Host header names a loopback address, or the address that is bound.
fn host_is_ours(headers: &HeaderMap, bound: IpAddr) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    let (Some(host), None) = (hosts.next().and_then(|h| h.to_str().ok()), hosts.next()) else { return false };
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    match name.parse::<IpAddr>() {
        Ok(ip) => ip.is_loopback() || ip == bound,
        Err(_) => name.eq_ignore_ascii_case("localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(*name, HeaderValue::from_static(value));
        }
        map
    }

    #[test]
    fn only_names_of_this_machine_are_ours() {
        let bound = "127.0.0.1".parse().unwrap();
        for good in ["127.0.0.1:7300", "localhost:7300", "LOCALHOST", "[::1]:7300", "127.0.0.2"] {
            assert!(host_is_ours(&headers(&[("host", good)]), bound), "{good}");
        }
        for bad in
            ["", "evil.example:7300", "localhost.evil.example", "192.0.2.7:7300", "127.0.0.1.evil.example"]
        {
            assert!(!host_is_ours(&headers(&[("host", bad)]), bound), "{bad}");
        }
        assert!(!host_is_ours(&headers(&[]), bound));
        assert!(!host_is_ours(&headers(&[("host", "localhost"), ("host", "evil.example")]), bound));
    }

    #[test]
    fn a_page_must_come_from_where_it_asks() {
        let of = |origin| headers(&[("host", "127.0.0.1:7300"), ("origin", origin)]);
        assert!(origin_is_host(&of("http://127.0.0.1:7300")));
        for foreign in ["http://127.0.0.1:7301", "https://evil.example", "null"] {
            assert!(!origin_is_host(&of(foreign)), "{foreign}");
        }
        assert!(!origin_is_host(&headers(&[("host", "127.0.0.1:7300")])));
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let map = headers(&[("cookie", "a=1; headwater_7300=x-y"), ("cookie", "b=2")]);
        assert_eq!(cookie(&map, "headwater_7300").as_deref(), Some("x-y"));
        assert_eq!(cookie(&map, "b").as_deref(), Some("2"));
        assert_eq!(cookie(&map, "headwater_7301"), None);
    }
}
