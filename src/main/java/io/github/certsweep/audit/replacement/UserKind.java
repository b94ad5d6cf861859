package io.github.certsweep.audit.replacement;

import com.google.gson.JsonObject;
import io.github.certsweep.audit.report.Replacement;
import io.github.certsweep.audit.report.Replacement.Store;
import io.github.certsweep.certificate.ServerCertificate;
import io.github.certsweep.usage.CertificateUser;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The kinds of users: which certificates each takes, and how it gets another one. */
enum UserKind {
  /** The default certificate of an Application or Network Load Balancer's listener. */
  LISTENER_DEFAULT {
    @Override
    List<String> commands(CertificateUser user, ServerCertificate old, Replacement replacement) {
      return List.of(listener("modify-listener", user, replacement.arn()));
    }
  },
  /**
   * A further certificate of such a listener, for other host names. In one command: a shell must
   * not remove the old one if the new one could not be added.
   */
  LISTENER_SNI {
    @Override
    List<String> commands(CertificateUser user, ServerCertificate old, Replacement replacement) {
      return List.of(
          listener("add-listener-certificates", user, replacement.arn())
              + " && "
              + listener("remove-listener-certificates", user, old.arn()));
    }
  },
  CLASSIC {
    // Its documentation names no elliptic curves for all of its security policies.
    @Override
    boolean takesKey(String key) {
      return RSA.contains(key);
    }

    @Override
    List<String> commands(CertificateUser user, ServerCertificate old, Replacement replacement) {
      String name = user.resource().substring(user.resource().indexOf("loadbalancer/") + 13);
      return List.of(
          ShellCommand.of(
              "aws",
              "elb",
              "set-load-balancer-listener-ssl-certificate",
              "--region",
              user.region(),
              "--load-balancer-name",
              name,
              "--load-balancer-port",
              user.detail().substring("port ".length()),
              "--ssl-certificate-id",
              replacement.arn()));
    }
  },
  CLOUDFRONT {
    // "Requirements for using SSL/TLS certificates with CloudFront", in its developer guide.
    @Override
    boolean takesKey(String key) {
      return RSA.contains(key) || key.equals(P256);
    }

    // The path by which AWS tells which certificates are for CloudFront.
    @Override
    boolean takesFromIam(Replacement one) {
      return one.arn().contains(":server-certificate/cloudfront/");
    }

    @Override
    Optional<String> acmRegion(CertificateUser user, String partition) {
      return northVirginia(partition);
    }

    @Override
    List<String> commands(CertificateUser user, ServerCertificate old, Replacement replacement) {
      String id = user.resource().substring(user.resource().lastIndexOf('/') + 1);
      String before = id + ".json";
      String after = id + "-new.json";
      String member =
          replacement.store() == Store.ACM
              ? "ACMCertificateArn: \"" + replacement.arn() + "\""
              : "IAMCertificateId: \"" + replacement.id() + "\"";
      return List.of(
          ShellCommand.of(
                  "aws", "cloudfront", "get-distribution-config", "--id", id, "--output", "json")
              + " > "
              + ShellCommand.quoted(before),
          "jq "
              + ShellCommand.quoted(
                  ".DistributionConfig | .ViewerCertificate |= (del(.IAMCertificateId,"
                      + " .ACMCertificateArn, .Certificate, .CertificateSource) + {"
                      + member
                      + "})")
              + " "
              + ShellCommand.quoted(before)
              + " > "
              + ShellCommand.quoted(after),
          "aws cloudfront update-distribution --id "
              + ShellCommand.quoted(id)
              + " --if-match \"$(jq -r .ETag "
              + ShellCommand.quoted(before)
              + ")\" --distribution-config "
              + ShellCommand.quoted("file://" + after));
    }

    @Override
    String note() {
      return "Needs jq. The ETag makes the update fail if somebody changed the distribution"
          + " meanwhile. "
          + INFRASTRUCTURE_AS_CODE;
    }
  },
  APPSYNC {
    // A custom domain name of AppSync is a CloudFront distribution of AWS's.
    @Override
    boolean takesKey(String key) {
      return RSA.contains(key) || key.equals(P256);
    }

    @Override
    Optional<String> acmRegion(CertificateUser user, String partition) {
      return northVirginia(partition);
    }

    // Its API has no operation that changes the certificate, so no command is given.
    @Override
    List<String> commands(CertificateUser user, ServerCertificate old, Replacement replacement) {
      return List.of();
    }

    @Override
    String note() {
      return "AppSync can't change the certificate of a domain name. Note its API"
          + " (aws appsync get-api-association), disassociate the API, delete the domain name, create"
          + " it again with the new certificate, associate the API, and point DNS to the new"
          + " target. The domain name does not answer in between. "
          + INFRASTRUCTURE_AS_CODE;
    }
  };

  private static final Set<String> RSA = Set.of("RSA_2048", "RSA_3072", "RSA_4096");
  private static final String P256 = "EC_prime256v1";
  private static final Set<String> CURVES = Set.of(P256, "EC_secp384r1", "EC_secp521r1");
  private static final String INFRASTRUCTURE_AS_CODE =
      "If infrastructure as code manages this resource, change it there too; otherwise its next run"
          + " brings the old certificate back.";

  static UserKind of(CertificateUser user) {
    return switch (user.service()) {
      case "elasticloadbalancingv2" ->
          user.detail().equals("SNI") ? LISTENER_SNI : LISTENER_DEFAULT;
      case "elasticloadbalancing" -> CLASSIC;
      case "cloudfront" -> CLOUDFRONT;
      case "appsync" -> APPSYNC;
      default -> throw new IllegalArgumentException("No remedy for " + user.service() + ".");
    };
  }

  /**
   * The commands for a shell that put the replacement in the old certificate's place, in order;
   * empty if no command can.
   */
  abstract List<String> commands(
      CertificateUser user, ServerCertificate old, Replacement replacement);

  /**
   * Whether a user of this kind takes such a key. For listeners: "Certificates for your Application
   * Load Balancer" and the same page for Network Load Balancers.
   *
   * @param key ACM's name of it
   */
  boolean takesKey(String key) {
    return RSA.contains(key) || CURVES.contains(key);
  }

  /** Whether it takes this certificate from IAM. */
  boolean takesFromIam(Replacement one) {
    return true;
  }

  /** Where its certificates from ACM must be; empty if it can take none. */
  Optional<String> acmRegion(CertificateUser user, String partition) {
    return Optional.of(user.region());
  }

  /** What to know before. */
  String note() {
    return INFRASTRUCTURE_AS_CODE;
  }

  /** CloudFront takes ACM certificates of one region, and of AWS's commercial partition only. */
  private static Optional<String> northVirginia(String partition) {
    return partition.equals("aws") ? Optional.of("us-east-1") : Optional.empty();
  }

  /** Names the certificate in JSON: the AWS CLI's shorthand would split a name at its commas. */
  private static String listener(String operation, CertificateUser user, String certificate) {
    JsonObject named = new JsonObject();
    named.addProperty("CertificateArn", certificate);
    return ShellCommand.of(
        "aws",
        "elbv2",
        operation,
        "--region",
        user.region(),
        "--listener-arn",
        user.resource(),
        "--certificates",
        "[" + named + "]");
  }
}
