//! Errors: why the server could not start ([`Error`]), and what a caller is told ([`Problem`]).

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use vocab::{Phrase, Said};

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

impl Said for Error {
    fn zh(&self) -> String {
        match self {
            Self::Socket(e) => format!("无法在此套接字上提供 HTTP 服务（{e}）：请另选地址"),
            Self::Random(e) => format!("系统没有给出随机字节（{e}）：无法生成链接"),
        }
    }
}

/// What a caller is told: `{"error": {"code", "message", "remedy"}}`.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    body: Body,
}

#[derive(Clone, Debug)]
struct Body {
    code: &'static str,
    message: Phrase,
    remedy: Option<Phrase>,
}

impl Body {
    fn json(&self, word: impl Fn(&Phrase) -> String) -> serde_json::Value {
        let mut error = serde_json::json!({ "code": self.code, "message": word(&self.message) });
        if let Some(remedy) = &self.remedy {
            error["remedy"] = word(remedy).into();
        }
        serde_json::json!({ "error": error })
    }
}

/// The refusal in `response`, if it is one, in the language its reader prefers.
pub(crate) fn in_chinese(response: Response) -> Response {
    let Some(body) = response.extensions().get::<Body>() else { return response };
    let chinese = json(response.status(), &body.json(Said::zh));
    let (mut parts, _) = response.into_parts();
    // it was counted for the English
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, chinese.into_body())
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: Phrase) -> Self {
        Self { status, body: Body { code, message, remedy: None } }
    }

    pub(crate) fn remedy(mut self, remedy: Phrase) -> Self {
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
        Self::new(status, e.code(), Phrase::of(&e))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = json(self.status, &self.body.json(Phrase::to_string));
        response.extensions_mut().insert(self.body);
        response
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
