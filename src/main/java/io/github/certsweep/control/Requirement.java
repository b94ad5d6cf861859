package io.github.certsweep.control;

import com.google.gson.annotations.SerializedName;
import java.util.Objects;

/**
 * A requirement of a standard that the removal of expired certificates supports.
 *
 * @param standard for example {@code "PCI DSS"}
 * @param version of the standard; empty if it has none
 * @param number within the standard
 * @param text all of it in one text, as Security Hub writes requirements
 * @param asks what the requirement asks for, in our words
 * @param mappedBy who says that the removal supports it
 * @param source where that is said, or the standard itself
 */
public record Requirement(
    String standard,
    String version,
    String number,
    String text,
    String asks,
    MappedBy mappedBy,
    String source) {
  /** Who says so. */
  public enum MappedBy {
    /** AWS's own documentation. */
    AWS,
    /** The benchmark itself: it asks for exactly this. */
    CIS,
    /** This project. AWS maps its own check to CIS only. */
    @SerializedName("Certsweep")
    CERTSWEEP
  }

  public Requirement {
    Objects.requireNonNull(standard, "standard");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(number, "number");
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(asks, "asks");
    Objects.requireNonNull(mappedBy, "mappedBy");
    Objects.requireNonNull(source, "source");
  }

  /** The text, which says so where the mapping is ours. */
  public String label() {
    return mappedBy == MappedBy.CERTSWEEP ? text + " (mapped by Certsweep)" : text;
  }
}
