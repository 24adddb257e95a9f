package io.sluice.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.failure.Code;
import io.sluice.failure.Failure;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SiteMessagesTest {
  private static Failure heard(Failure told) {
    return SiteMessages.refused(SiteMessages.refusal(told), 503, "asking the parent");
  }

  /** What is about the peer itself would mean this site here. */
  @ParameterizedTest
  @EnumSource(names = {"DATABASE_UNAVAILABLE", "DISK_ERROR", "CONTENT_MISSING", "INTERNAL"})
  void aPeersOwnTroubleIsARefusalThatNamesIt(Code code) {
    Failure failure = heard(Failure.permanent(code, "answering", "it is broken", "mend it"));
    assertThat(failure.code()).isEqualTo(Code.PARENT_REFUSED);
    assertThat(failure.isTemporary()).isFalse();
    assertThat(failure.text()).contains(code.id(), "it is broken", "mend it");
  }

  @ParameterizedTest
  @EnumSource(names = {"NOT_FOUND", "UNAUTHORISED", "PROTOCOL_VIOLATION", "TOKEN_INVALID"})
  void whatIsAboutTheQuestionKeepsItsCode(Code code) {
    assertThat(heard(Failure.temporary(code, "answering", "no", "wait")).code()).isEqualTo(code);
  }
}
