package io.github.certsweep.rule;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.time.Instant;

/**
 * Metrics in CloudWatch's Embedded Metric Format: members of a log line that CloudWatch Logs turns
 * into metrics, without a call and without a permission. Source: "Specification: Embedded metric
 * format" in the Amazon CloudWatch User Guide.
 */
final class EmbeddedMetrics {
  private static final String NAMESPACE = "Certsweep";
  private static final String DIMENSION = "ConfigRuleName";

  private final JsonObject line;
  private final JsonArray definitions = new JsonArray();

  private EmbeddedMetrics(JsonObject line) {
    this.line = line;
  }

  /**
   * Adds the metrics of a run to its log line: those that an alarm reads, and how many exceptions
   * keep certificates out of them.
   *
   * @param at when the run ended. Alarms look back by their period only, which a long run outlasts
   * @param reported whether Config recorded any result. Otherwise {@code Certificates} is left out:
   *     its alarm counts the runs that have reported
   */
  static void addTo(
      JsonObject line,
      String ruleName,
      Instant at,
      CertificateCounts counts,
      boolean reported,
      Alarms alarms) {
    if (alarms == Alarms.NONE) {
      return;
    }
    EmbeddedMetrics metrics = new EmbeddedMetrics(line);
    if (reported) {
      metrics.add("Certificates", counts.total());
    }
    if (alarms == Alarms.ALL && counts.usage().isPresent()) {
      CertificateCounts.Usage usage = counts.usage().get();
      // A zero would end the alarm, and it is not known while some places are unchecked.
      if (usage.expiredInUse() > 0 || usage.checksFailed() == 0) {
        metrics.add("ExpiredInUse", usage.expiredInUse());
      }
      metrics.add("UsageChecksFailed", usage.checksFailed());
    }
    if (alarms == Alarms.ALL) {
      counts.exceptions().ifPresent(all -> metrics.add("Exceptions", all.inForce()));
    }
    if (!metrics.definitions.isEmpty()) {
      line.addProperty(DIMENSION, ruleName);
      line.add("_aws", metrics.metadata(at));
    }
  }

  private void add(String name, long value) {
    JsonObject definition = new JsonObject();
    definition.addProperty("Name", name);
    definition.addProperty("Unit", "Count");
    definitions.add(definition);
    line.addProperty(name, value);
  }

  private JsonObject metadata(Instant at) {
    JsonArray dimensionSet = new JsonArray();
    dimensionSet.add(DIMENSION);
    JsonArray dimensions = new JsonArray();
    dimensions.add(dimensionSet);
    JsonObject directive = new JsonObject();
    directive.addProperty("Namespace", NAMESPACE);
    directive.add("Dimensions", dimensions);
    directive.add("Metrics", definitions);
    JsonArray directives = new JsonArray();
    directives.add(directive);
    JsonObject metadata = new JsonObject();
    metadata.addProperty("Timestamp", at.toEpochMilli());
    metadata.add("CloudWatchMetrics", directives);
    return metadata;
  }
}
