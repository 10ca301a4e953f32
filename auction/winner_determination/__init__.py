"""Winner determination: which offers win together, exactly or by the published greedy rule."""
