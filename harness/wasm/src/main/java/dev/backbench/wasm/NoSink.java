package dev.backbench.wasm;

/** The sink of validation alone: it takes no events. */
final class NoSink {}
