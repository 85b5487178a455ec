//! Checks through HTTP, as browsers and as others.

mod access;
mod achievement;
mod acknowledgement;
mod advocate;
mod agenda_check;
mod amplification;
mod ask;
mod asks;
mod celebrate;
mod compliance;
mod consent;
mod demo;
mod edges;
mod firewall;
mod incident;
mod introduction;
mod main_job;
mod sales_opening;
mod statement;
mod task;
mod weight;
