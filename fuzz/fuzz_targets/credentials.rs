//! The credentials file.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| sweatbox_fuzz::credentials(data));
