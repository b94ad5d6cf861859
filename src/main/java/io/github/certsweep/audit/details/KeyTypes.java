package io.github.certsweep.audit.details;

import java.security.AlgorithmParameters;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.InvalidParameterSpecException;
import java.util.Map;

/** The types of keys, by the names that ACM gives them. */
final class KeyTypes {
  /** The curves that AWS's services know: ACM's name, and Java's. */
  private static final Map<String, String> CURVES =
      Map.of("prime256v1", "secp256r1", "secp384r1", "secp384r1", "secp521r1", "secp521r1");

  private KeyTypes() {}

  /** For example {@code "RSA_2048"}, {@code "EC_prime256v1"}; otherwise the algorithm alone. */
  static String of(PublicKey key) {
    return switch (key) {
      case RSAPublicKey rsa -> "RSA_" + rsa.getModulus().bitLength();
      case ECPublicKey ec -> "EC_" + curve(ec.getParams());
      default -> key.getAlgorithm();
    };
  }

  private static String curve(ECParameterSpec parameters) {
    return CURVES.entrySet().stream()
        .filter(known -> isCurve(parameters, known.getValue()))
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseGet(() -> parameters.getOrder().bitLength() + "_other");
  }

  private static boolean isCurve(ECParameterSpec parameters, String name) {
    try {
      AlgorithmParameters known = AlgorithmParameters.getInstance("EC");
      known.init(new ECGenParameterSpec(name));
      ECParameterSpec spec = known.getParameterSpec(ECParameterSpec.class);
      return spec.getCurve().equals(parameters.getCurve())
          && spec.getGenerator().equals(parameters.getGenerator());
    } catch (NoSuchAlgorithmException | InvalidParameterSpecException e) {
      throw new IllegalStateException("Every Java has the curve " + name + ".", e);
    }
  }
}
