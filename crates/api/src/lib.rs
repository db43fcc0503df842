//! What people and programs meet: the HTTP interface, its events, and the embedded web app (floor 6).
//!
//! [`serve`] puts one running node ([`runtime::Handle`]) behind one listening socket and gives a [`Server`].
//! Everything under `/api/v1` is JSON and described by `/api/v1/openapi.json`; the rest is the web app. Callers show
//! the node's token, or a session cookie that a one-time link gave them.
//!
//! This crate does not know what a command means or where a view comes from: it checks who asks, reads, passes on.

mod app;
mod endpoints;
mod error;
mod events;
mod guard;
mod handlers;
mod openapi;
mod schema;
mod server;
mod session;
mod shapes;
mod state;

pub use error::Error;
pub use server::{Server, serve};
