package io.sluice.failure;

/**
 * The stable codes of everything that can go wrong. A number is for ever: it may be searched for in
 * manuals, tickets and logs. Hundreds group by where an operator looks: 1xx usage and
 * configuration, 2xx capture, 3xx library, 4xx manifest and trust, 5xx distribution points, 6xx
 * sites and transfer, 7xx database and server.
 */
public enum Code {
  USAGE(101, "the command line or a request is not of the expected form"),
  CONFIGURATION_INVALID(102, "the configuration file does not fit its schema"),
  NOT_FOUND(103, "what was asked for does not exist"),
  ALREADY_EXISTS(104, "it exists already"),
  AMBIGUOUS(105, "a shortened name fits more than one thing"),
  UNAUTHORISED(106, "the caller may not do this"),
  DIFFERS(107, "what was compared is not the same"),

  SOURCE_MISSING(201, "the source folder does not exist"),
  SOURCE_UNREADABLE(202, "entries of the source cannot be read"),
  SOURCE_EMPTY(203, "the source folder holds nothing"),
  SOURCE_OVERLAPS(204, "source, library and distribution point folders overlap"),
  SOURCE_CHANGED(205, "the source changed while it was read"),
  STREAM_UNREADABLE(206, "a stream cannot be read through this file system's interface"),
  STREAMS_HIDDEN(207, "the file system hides the streams of its files"),
  SPECIAL_FILE(208, "a socket, pipe or device cannot be captured"),
  NAME_UNSUPPORTED(209, "a name cannot be kept or put back here"),
  ARCHIVE_CORRUPT(221, "an archive is damaged, cut off or not of the form it claims"),
  ARCHIVE_UNSUPPORTED(222, "an archive holds what cannot become a version"),
  EXPORT_UNSUPPORTED(223, "the format cannot hold this version"),
  TOOL_FAILED(224, "a program this command works through is not there or failed"),

  LIBRARY_MISSING(301, "there is no content library here"),
  LIBRARY_IN_USE(302, "another process has this library or data folder open"),
  LIBRARY_TOO_NEW(303, "a file was written by a newer Sluice"),
  LIBRARY_TOO_OLD(304, "a file was written by a Sluice too old for this one"),
  CONTENT_CORRUPT(305, "stored content does not match its digest"),
  CONTENT_MISSING(306, "stored content is not there"),
  NO_SPACE(307, "not enough space"),
  DISK_ERROR(308, "the disk did not take or give the bytes"),
  LIBRARY_OF_SITE(309, "the library is a site's, whose server answers for its versions"),

  MANIFEST_CORRUPT(401, "a manifest is damaged or not canonical"),
  MANIFEST_TOO_NEW(402, "a manifest is of a newer format"),
  MANIFEST_TOO_LARGE(403, "a manifest is over its limits"),
  SIGNATURE_INVALID(404, "a signature does not fit the record it is on"),
  KEY_UNKNOWN(405, "the signing key is not trusted here"),
  VERSION_WENT_BACKWARDS(406, "an older version was offered than is known here"),
  KEY_INVALID(407, "a key file cannot be used"),

  STREAMS_UNSUPPORTED(501, "the target cannot hold these streams"),
  PLACE_NOT_OURS(502, "the folder was not made by this distribution point"),
  PLACE_UNAVAILABLE(503, "the distribution point cannot be reached or written"),
  PLACE_VERIFY_FAILED(504, "what was written did not read back the same"),

  PARENT_UNREACHABLE(601, "the parent site does not answer"),
  PARENT_REFUSED(602, "the parent site refused the request"),
  TRANSFER_INTERRUPTED(603, "the connection ended before the transfer did"),
  PROTOCOL_VIOLATION(604, "the peer sent something the protocol does not allow"),
  TOKEN_INVALID(605, "the enrolment token is wrong, used or expired"),
  SITE_CODE_INVALID(606, "a site code is not allowed"),
  SITE_UNKNOWN(607, "no such site in this hierarchy"),
  CHUNK_NOT_HELD(608, "the parent does not hold a chunk yet"),

  DATABASE_UNAVAILABLE(701, "the database cannot be used"),
  SERVER_UNREACHABLE(702, "the local site server does not answer"),
  PORT_IN_USE(703, "a port is taken"),
  INTERNAL(799, "a defect in Sluice itself");

  private final int number;
  private final String summary;

  Code(int number, String summary) {
    this.number = number;
    this.summary = summary;
  }

  /** The printed form, such as {@code SLU-204}. */
  public String id() {
    return "SLU-" + number;
  }

  /** What the code means, in one line, without particulars. */
  public String summary() {
    return summary;
  }
}
