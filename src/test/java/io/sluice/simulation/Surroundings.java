package io.sluice.simulation;

/** What everything in a simulation shares: time and what strikes. */
record Surroundings(Timeline timeline, Weather weather) {}
