//! Pages, by audience. A page is: who, one read, one view.

pub mod admin;
pub mod customer;
pub mod executive;
pub mod marketing;
pub mod program;
