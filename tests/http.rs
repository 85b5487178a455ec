//! Checks through HTTP, as browsers and as others.

mod access;
mod edges;
mod main_job;
mod weight;
