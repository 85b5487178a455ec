//! Whole journeys in a real browser, with JavaScript on and off.

mod accessibility;
mod conduct;
mod main_job;
