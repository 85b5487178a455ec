//! Whole journeys in a real browser, with JavaScript on and off.

mod accessibility;
mod main_job;
