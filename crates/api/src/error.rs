//! Errors: why the server could not start ([`Error`]), and what a caller is told ([`Problem`]).

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// Why the server could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The socket is of no use.
    #[error("cannot serve HTTP on this socket ({0}): choose another address")]
    Socket(std::io::Error),
    /// The system gave no random bytes.
    #[error("the system gives no random bytes ({0}): no link can be made")]
    Random(getrandom::Error),
}

/// What a caller is told: `{"error": {"code", "message", "remedy"}}`.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    body: Body,
}

#[derive(Debug, Serialize)]
struct Body {
    code: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<&'static str>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, body: Body { code, message: message.into(), remedy: None } }
    }

    pub(crate) fn remedy(mut self, remedy: &'static str) -> Self {
        self.body.remedy = Some(remedy);
        self
    }
}

impl From<runtime::Error> for Problem {
    fn from(e: runtime::Error) -> Self {
        use runtime::Error as E;
        let status = match (&e, e.code()) {
            (E::Refused(_), "unknown") => StatusCode::NOT_FOUND,
            (E::Refused(_), "state") => StatusCode::CONFLICT,
            (E::Refused(_), "not_yours") => StatusCode::FORBIDDEN,
            (E::Refused(_), _) => StatusCode::UNPROCESSABLE_ENTITY,
            (_, "disk_full") => StatusCode::INSUFFICIENT_STORAGE,
            (E::Busy { .. } | E::Stopped, _) => StatusCode::SERVICE_UNAVAILABLE,
            (E::Slow { .. }, _) => StatusCode::GATEWAY_TIMEOUT,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, e.code(), e.to_string())
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        json(self.status, &serde_json::json!({ "error": self.body }))
    }
}

/// A JSON answer.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => (status, [(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
        Err(e) => {
            tracing::error!("an answer could not be written as JSON: {e}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
