//! A query string.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sweatbox_fuzz::query(data));
