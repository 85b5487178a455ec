//! Checks through HTTP, as browsers and as others.

mod access;
mod acknowledgement;
mod agenda_check;
mod ask;
mod compliance;
mod consent;
mod edges;
mod firewall;
mod incident;
mod main_job;
mod sales_opening;
mod weight;
