package io.github.certsweep.audit;

/** Is told what an audit is doing, from any thread. */
@FunctionalInterface
public interface Progress {
  /** Tells nobody. */
  Progress SILENT = step -> {};

  /**
   * What is being done now.
   *
   * @param step a few words, for example {@code "Reading certificate 12 of 150"}
   */
  void tell(String step);
}
