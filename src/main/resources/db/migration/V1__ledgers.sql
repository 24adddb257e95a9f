-- The ledgers of one site. Same text for SQLite and PostgreSQL. BYTEA means bytes on both.
-- Text from people is kept as UTF-8 in BYTEA; instants are milliseconds since 1970 UTC, for people only.

-- Who this site is. Exactly one row.
CREATE TABLE this_site (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  code TEXT NOT NULL,
  parent TEXT,
  epoch BIGINT NOT NULL CHECK (epoch >= 1),
  next_package BIGINT NOT NULL CHECK (next_package >= 1),
  next_record BIGINT NOT NULL CHECK (next_record >= 1),
  changes BIGINT NOT NULL,
  assignment_changes BIGINT NOT NULL
);

-- changed is the number of the last change that may give the planner something to do.
CREATE TABLE package (
  package TEXT PRIMARY KEY,
  site TEXT NOT NULL,
  number BIGINT NOT NULL CHECK (number >= 1),
  name BYTEA NOT NULL,
  source BYTEA,
  next_version INTEGER NOT NULL CHECK (next_version >= 1),
  changed BIGINT NOT NULL,
  UNIQUE (site, number)
);
CREATE INDEX package_changed ON package (changed);

-- held: all content the version names is durable in this site's library.
CREATE TABLE version (
  package TEXT NOT NULL REFERENCES package (package),
  version INTEGER NOT NULL CHECK (version >= 1),
  manifest TEXT NOT NULL,
  signed BYTEA NOT NULL,
  origin TEXT NOT NULL,
  epoch BIGINT NOT NULL CHECK (epoch >= 1),
  sequence BIGINT NOT NULL CHECK (sequence >= 1),
  held BOOLEAN NOT NULL,
  PRIMARY KEY (package, version),
  UNIQUE (package, origin, epoch, sequence)
);
CREATE INDEX version_manifest ON version (manifest);

-- All sites below this one. A site without a certificate was not enrolled here.
CREATE TABLE site (
  code TEXT PRIMARY KEY,
  parent TEXT NOT NULL,
  certificate TEXT,
  signing_key BYTEA,
  enrolled BIGINT
);
CREATE INDEX site_parent ON site (parent);

-- secret is the SHA-256 of the token's secret.
CREATE TABLE enrolment (
  secret TEXT PRIMARY KEY,
  site TEXT NOT NULL,
  expires BIGINT NOT NULL,
  used BOOLEAN NOT NULL
);
CREATE INDEX enrolment_site ON enrolment (site);

-- Distribution points of this site.
CREATE TABLE place (
  place TEXT PRIMARY KEY,
  folder BYTEA NOT NULL,
  policy TEXT NOT NULL
);

-- site is a code, or an asterisk: every site, those that join later too.
CREATE TABLE assignment (
  package TEXT NOT NULL REFERENCES package (package),
  site TEXT NOT NULL,
  PRIMARY KEY (package, site)
);
CREATE INDEX assignment_site ON assignment (site);

-- The version a distribution point shows, verified.
CREATE TABLE presence (
  package TEXT NOT NULL,
  place TEXT NOT NULL REFERENCES place (place),
  version INTEGER NOT NULL,
  placed BIGINT NOT NULL,
  PRIMARY KEY (package, place),
  FOREIGN KEY (package, version) REFERENCES version (package, version)
);

-- What was tried in vain. destination is a place, or empty: this site's library.
CREATE TABLE work (
  package TEXT NOT NULL,
  version INTEGER NOT NULL,
  destination TEXT NOT NULL,
  attempt INTEGER NOT NULL CHECK (attempt >= 1),
  not_before BIGINT NOT NULL,
  temporary BOOLEAN NOT NULL,
  code TEXT NOT NULL,
  what BYTEA NOT NULL,
  why BYTEA NOT NULL,
  next BYTEA NOT NULL,
  PRIMARY KEY (package, version, destination),
  FOREIGN KEY (package, version) REFERENCES version (package, version)
);
CREATE INDEX work_not_before ON work (not_before);

-- Facts of this site and those below it. family, package, place: what a fact is about.
CREATE TABLE fact (
  origin TEXT NOT NULL,
  epoch BIGINT NOT NULL CHECK (epoch >= 1),
  sequence BIGINT NOT NULL CHECK (sequence >= 1),
  arrival BIGINT NOT NULL UNIQUE,
  family TEXT NOT NULL,
  package TEXT NOT NULL,
  version INTEGER NOT NULL,
  place TEXT NOT NULL,
  success BOOLEAN NOT NULL,
  received BIGINT NOT NULL,
  told BOOLEAN NOT NULL,
  line BYTEA NOT NULL,
  PRIMARY KEY (origin, epoch, sequence)
);
CREATE INDEX fact_subject ON fact (origin, family, package, place);
CREATE INDEX fact_package ON fact (package);
CREATE INDEX fact_untold ON fact (told, arrival);

-- Numbers of the facts made here and of the facts as they came. Exactly one row.
CREATE TABLE fact_number (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  epoch BIGINT NOT NULL,
  next_sequence BIGINT NOT NULL,
  next_arrival BIGINT NOT NULL
);

-- When a fact of a site last came here.
CREATE TABLE heard (
  site TEXT PRIMARY KEY,
  at BIGINT NOT NULL
);
