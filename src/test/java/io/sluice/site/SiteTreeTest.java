package io.sluice.site;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class SiteTreeTest {
  private static final SiteCode CEN = new SiteCode("CEN");
  private static final SiteCode WST = new SiteCode("WST");
  private static final SiteCode STO = new SiteCode("STO");
  private static final SiteCode OAK = new SiteCode("OAK");

  @Test
  void knowsWhoStandsWhere() {
    SiteTree tree = SiteTree.of(CEN).with(WST, CEN).with(STO, WST).with(OAK, WST);
    assertThat(tree.sites()).containsExactlyInAnyOrder(CEN, WST, STO, OAK);
    assertThat(tree.children(WST)).containsExactly(OAK, STO);
    assertThat(tree.depth(STO)).isEqualTo(2);
    assertThat(tree.depth(CEN)).isZero();
    assertThat(SiteTree.of(CEN, Map.of(STO, WST, OAK, WST, WST, CEN))).isEqualTo(tree);
  }

  @Test
  void refusesCyclesStrangersAndMoves() {
    SiteTree tree = SiteTree.of(CEN).with(WST, CEN).with(STO, WST);
    assertThatThrownBy(() -> tree.with(CEN, STO)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tree.with(STO, CEN)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tree.with(OAK, new SiteCode("BOS")))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tree.with(OAK, OAK)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SiteTree.of(CEN, Map.of(WST, STO, STO, WST)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> SiteTree.of(CEN, Map.of(CEN, STO, STO, CEN)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(tree.with(STO, WST)).isSameAs(tree);
  }

  @Test
  void refusesATreeTooDeep() {
    SiteTree tree = SiteTree.of(CEN);
    SiteCode last = CEN;
    for (int i = 1; i <= SiteTree.DEPTH_MAX; i++) {
      SiteCode next = new SiteCode("S" + (100 + i));
      tree = tree.with(next, last);
      last = next;
    }
    SiteTree deep = tree;
    SiteCode deepest = last;
    assertThatThrownBy(() -> deep.with(OAK, deepest)).isInstanceOf(IllegalArgumentException.class);
  }
}
