//! Acts of the store, each on both databases.

mod acknowledgement;
mod agenda_check;
mod ask;
mod compliance;
mod consent;
mod conversation_rule;
mod incident;
mod invitation;
mod observer;
mod outbox;
mod release;
mod sales_opening;
mod seat;
mod staff;
