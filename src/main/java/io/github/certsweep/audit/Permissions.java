package io.github.certsweep.audit;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.List;

/** The IAM policy that an audit needs, and no more. */
final class Permissions {
  private static final List<String> ANYWHERE =
      List.of(
          "account:ListRegions",
          "acm:ListCertificates",
          "appsync:ListDomainNames",
          "cloudfront:ListDistributions",
          "elasticloadbalancing:DescribeListenerCertificates",
          "elasticloadbalancing:DescribeListeners",
          "elasticloadbalancing:DescribeLoadBalancers",
          "iam:GetAccountSummary",
          "iam:ListServerCertificates");

  private static final List<String> OF_AGGREGATOR =
      List.of(
          "config:DescribeAggregateComplianceByConfigRules",
          "config:DescribeConfigurationAggregatorSourcesStatus",
          "config:GetAggregateComplianceDetailsByConfigRule");

  private Permissions() {}

  /** The policy for an audit of the caller's own account. */
  static String ofAccount() {
    return policy(
        statement("Search", ANYWHERE, "*"),
        statement(
            "ReadCertificates",
            List.of("iam:GetServerCertificate"),
            "arn:*:iam::*:server-certificate/*"));
  }

  /** The policy for an audit of an organization's aggregator. */
  static String ofOrganization() {
    return policy(
        statement("ReadAggregator", OF_AGGREGATOR, "arn:*:config:*:*:config-aggregator/*"),
        statement(
            "Find",
            List.of("config:DescribeConfigurationAggregators", "organizations:ListAccounts"),
            "*"));
  }

  private static String policy(JsonObject... statements) {
    JsonObject policy = new JsonObject();
    policy.addProperty("Version", "2012-10-17");
    JsonArray all = new JsonArray();
    List.of(statements).forEach(all::add);
    policy.add("Statement", all);
    Gson gson = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
    return gson.toJson(policy);
  }

  private static JsonObject statement(String id, List<String> actions, String resource) {
    JsonObject statement = new JsonObject();
    statement.addProperty("Sid", id);
    statement.addProperty("Effect", "Allow");
    JsonArray list = new JsonArray();
    actions.forEach(list::add);
    statement.add("Action", list);
    statement.addProperty("Resource", resource);
    return statement;
  }
}
